//! Measures the functions' cost on Lambda, compared with a bare function that makes the same call, and the local
//! server's throughput. README.md in this folder explains each figure.
#![allow(clippy::print_stdout, reason = "the figures are what this program is for")]

mod backlog;
mod binaries;
mod engine;
mod function;
mod limits;
mod load;
mod machine;
mod measure;
mod operation;
mod partitions;
mod report;
mod runtime_api;
mod sales;
mod soak;
mod workload;

use std::path::PathBuf;

use anyhow::{Result, bail};
use clap::{Parser, ValueEnum};
use tokio::signal::{
    ctrl_c,
    unix::{SignalKind, signal},
};

use load::Throughput;
use machine::Machine;
use measure::Effort;
use operation::Operation;
use report::{Judged, Report};

/// Measures the functions beside a bare one, and the local server under load.
#[derive(Parser)]
struct Options {
    /// Measure less, for a first impression.
    #[arg(long)]
    quick: bool,
    /// File for the figures as JSON.
    #[arg(long, value_name = "PATH", default_value = concat!(env!("CARGO_MANIFEST_DIR"), "/results.json"))]
    json: PathBuf,
    /// Measure only these functions, and not the local server.
    #[arg(long, value_name = "FUNCTION")]
    only: Vec<Operation>,
    /// Measure only the watcher's polls, by the number of watched addresses.
    #[arg(long, conflicts_with_all = ["only", "against"])]
    backlog: bool,
    /// Play this many stories under faults of every kind and check the result, and nothing else.
    #[arg(long, value_name = "STORIES", conflicts_with_all = ["only", "against", "backlog"])]
    soak: Option<usize>,
    /// Count the units of this many sales by partition, and nothing else.
    #[arg(long, value_name = "SALES", conflicts_with_all = ["only", "against", "backlog", "soak"])]
    partitions: Option<usize>,
    /// Count them where each merchant's feed has grown to sixteen lanes.
    #[arg(long, requires = "partitions")]
    grown: bool,
    /// Seed of the soak's random choices.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Compare with the functions of the same names in this directory, not with `bare`.
    #[arg(long, value_name = "DIR")]
    against: Option<PathBuf>,
}

impl Options {
    fn effort(&self) -> Effort {
        match self.quick {
            true => Effort { starts: 7, turns: 6, invokes: 50 },
            false => Effort { starts: 25, turns: 20, invokes: 50 },
        }
    }

    fn requests(&self) -> usize {
        if self.quick { 500 } else { 2000 }
    }

    fn operations(&self) -> &[Operation] {
        if self.only.is_empty() { Operation::value_variants() } else { &self.only }
    }
}

#[tokio::main]
async fn main() -> Result<()> {
    let options = Options::parse();
    // Returning an error drops, and thereby ends, every process started.
    let mut terminated = signal(SignalKind::terminate())?;
    tokio::select! {
        done = measure(&options) => done,
        _ = ctrl_c() => bail!("interrupted"),
        _ = terminated.recv() => bail!("terminated"),
    }
}

async fn measure(options: &Options) -> Result<()> {
    let mut report = Report { machine: Machine::describe().await?, ..Report::default() };
    if options.backlog {
        report.backlog = backlog::measure(options.quick).await?;
        report.print_backlog();
        return report.write(&options.json);
    }
    if let Some(stories) = options.soak {
        report.soak = Some(soak::run(stories, options.seed).await?);
        report.print_soak();
        return report.write(&options.json);
    }
    if let Some(count) = options.partitions {
        report.sales = Some(sales::measure(count, options.grown).await?);
        report.print_sales();
        return report.write(&options.json);
    }
    report.functions = measure_functions(options).await?;
    report.print_functions();
    if options.only.is_empty() {
        report.local_server = measure_server(options).await?;
        report.print_local_server();
    }
    report.write(&options.json)
}

async fn measure_functions(options: &Options) -> Result<Vec<Judged>> {
    let operations = options.operations();
    let binaries = binaries::build(&["api", "hosted-page", "bare"]).await?;
    let mut measured = Vec::with_capacity(operations.len());
    for operation in operations {
        eprintln!("measuring {}", operation.name());
        let against = options.against.as_deref();
        measured.push(measure::compare(*operation, &binaries, against, options.effort()).await?.into());
    }
    Ok(measured)
}

async fn measure_server(options: &Options) -> Result<Vec<Throughput>> {
    let binaries = binaries::build(&["local"]).await?;
    eprintln!("measuring local");
    load::measure(binaries::find(&binaries, "local")?, options.requests()).await
}
