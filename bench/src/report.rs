//! The figures, for people and for programs.

use std::{fs, path::Path};

use anyhow::{Context as _, Result};
use comfy_table::{CellAlignment, Table, presets::ASCII_MARKDOWN};
use serde::Serialize;

use crate::{
    backlog::Look,
    limits::{Verdict, Verdicts},
    load::Throughput,
    machine::Machine,
    measure::{Comparison, Figures},
    sales::Sales,
    soak::Soak,
};

/// All figures.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Report {
    pub(crate) machine: Machine,
    pub(crate) functions: Vec<Judged>,
    pub(crate) local_server: Vec<Throughput>,
    pub(crate) backlog: Vec<Look>,
    pub(crate) soak: Option<Soak>,
    pub(crate) sales: Option<Sales>,
}

/// A function's figures, with the verdicts on them.
#[derive(Debug, Serialize)]
pub(crate) struct Judged {
    #[serde(flatten)]
    measured: Comparison,
    verdicts: Verdicts,
}

impl From<Comparison> for Judged {
    fn from(measured: Comparison) -> Self {
        Self { verdicts: Verdicts::on(&measured), measured }
    }
}

impl Report {
    /// Prints the functions' figures.
    pub(crate) fn print_functions(&self) {
        let Machine { date, cpu, cores, rustc } = &self.machine;
        println!("{date}, {cores} cores of {cpu}, {rustc}");
        println!("\nEach function, and the one beside it\n{}", figures(&self.functions));
        println!("\nOurs against the one beside it, and the limits\n{}", verdicts(&self.functions));
    }

    /// Prints the local server's figures.
    pub(crate) fn print_local_server(&self) {
        println!("\nThe local server\n{}", throughput(&self.local_server));
    }

    /// Prints the counts of a soak. A printed soak has lost nothing.
    pub(crate) fn print_soak(&self) {
        let Some(Soak { seed, figures }) = &self.soak else { return };
        println!("\nEvery story agrees with its events, and they with their deliveries (seed {seed})\n");
        for (name, count) in figures {
            println!("{name:<26} {count:>9}");
        }
    }

    /// Prints the units of a sale, and the partitions that limit the number of sales.
    pub(crate) fn print_sales(&self) {
        let Some(sales) = &self.sales else { return };
        println!("\nUnits of a sale\n{}", steps(sales));
        println!("\nPartitions, those that limit first\n{}", partitions(sales));
    }

    /// Prints the watcher's figures.
    pub(crate) fn print_backlog(&self) {
        let Machine { date, cpu, cores, rustc } = &self.machine;
        println!("{date}, {cores} cores of {cpu}, {rustc}");
        println!("\nOne poll of the watcher\n{}", looks(&self.backlog));
    }

    /// Writes the same as JSON.
    pub(crate) fn write(&self, path: &Path) -> Result<()> {
        let mut json = serde_json::to_string_pretty(self)?;
        json.push('\n');
        fs::write(path, json).with_context(|| format!("cannot write {}", path.display()))
    }
}

fn figures(functions: &[Judged]) -> Table {
    let mut table = table(&[
        "function",
        "init ms",
        "first ms",
        "p50 µs",
        "p99 µs",
        "CPU µs",
        "memory MB",
        "binary MB",
        "TLS init+first",
    ]);
    for Judged { measured: Comparison { ours, other, .. }, .. } in functions {
        table.add_row(figures_row(ours));
        if let Some(other) = other {
            table.add_row(figures_row(other));
        }
    }
    table
}

fn figures_row(figures: &Figures) -> Vec<String> {
    vec![
        figures.name.clone(),
        format!("{:.2}", figures.init_ms),
        format!("{:.2}", figures.first_ms),
        format!("{:.0}", figures.p50_us),
        format!("{:.0}", figures.p99_us),
        format!("{:.0}", figures.cpu_us),
        format!("{:.1}", figures.memory_mb),
        format!("{:.1}", figures.binary_mb),
        format!("{}+{}", figures.connections_in_init, figures.connections_in_first),
    ]
}

fn verdicts(functions: &[Judged]) -> Table {
    let mut table = table(&["function", "init ×", "first +ms", "CPU ×", "memory MB", "binary MB"]);
    let shown =
        |verdict: &Option<Verdict>| verdict.as_ref().map_or_else(|| "-".to_owned(), Verdict::to_string);
    for Judged { measured, verdicts } in functions {
        table.add_row(vec![
            measured.ours.name.clone(),
            shown(&verdicts.init_ratio),
            shown(&verdicts.first_extra_ms),
            shown(&verdicts.cpu_ratio),
            verdicts.memory_mb.to_string(),
            verdicts.binary_mb.to_string(),
        ]);
    }
    table
}

fn throughput(measured: &[Throughput]) -> Table {
    let mut table = table(&["connections", "requests", "requests/s", "p50 µs", "p99 µs"]);
    for throughput in measured {
        table.add_row(vec![
            throughput.connections.to_string(),
            throughput.requests.to_string(),
            format!("{:.0}", throughput.requests_per_second),
            format!("{:.0}", throughput.p50_us),
            format!("{:.0}", throughput.p99_us),
        ]);
    }
    table
}

fn looks(measured: &[Look]) -> Table {
    let mut table = table(&[
        "awaited",
        "past",
        "blocks",
        "getBlockByNumber",
        "getLogs",
        "other RPC",
        "DynamoDB",
        "items read",
        "ms",
    ]);
    for look in measured {
        table.add_row(vec![
            look.awaited.to_string(),
            look.past.to_string(),
            look.blocks.to_string(),
            look.block_calls.to_string(),
            look.log_calls.to_string(),
            look.other_calls.to_string(),
            look.dynamodb_calls.to_string(),
            look.items_read.to_string(),
            format!("{:.0}", look.milliseconds),
        ]);
    }
    table
}

/// A table of numbers: all columns but the first are aligned to the right.
fn table(header: &[&str]) -> Table {
    let mut table = Table::new();
    table.load_preset(ASCII_MARKDOWN).set_header(header);
    for column in table.column_iter_mut().skip(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    table
}

fn steps(sales: &Sales) -> Table {
    let mut table = table(&["step", "of", "units"]);
    for step in &sales.steps {
        table.add_row([step.step.to_owned(), step.of.clone(), format!("{:.2}", step.units)]);
    }
    table
}

fn partitions(sales: &Sales) -> Table {
    let mut table = table(&["partitions", "number", "writing", "reading", "shared", "sales/s"]);
    for it in &sales.partitions {
        table.add_row([
            it.partitions.clone(),
            it.number.to_string(),
            format!("{:.2}", it.writing),
            format!("{:.2}", it.reading),
            if it.shared { "by all".to_owned() } else { String::new() },
            format!("{:.0}", it.sales_a_second),
        ]);
    }
    table
}
