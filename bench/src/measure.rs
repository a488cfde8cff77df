//! The measurements of one function and of another one, in turns, so that other load on the machine affects both.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::{Context as _, Result};
use hdrhistogram::Histogram;
use serde::Serialize;

use crate::{
    binaries::{self, Binaries},
    engine::Engine,
    function::Function,
    operation::Operation,
    workload::Workload,
};

/// The amount of measuring.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Effort {
    /// The number of cold starts of each binary.
    pub(crate) starts: usize,
    /// The number of turns of each warm binary, after one that is not counted.
    pub(crate) turns: usize,
    /// The number of invokes in a turn.
    pub(crate) invokes: usize,
}

/// The figures of one binary.
#[derive(Debug, Serialize)]
pub(crate) struct Figures {
    /// The binary, and its call if it is the bare one.
    pub(crate) name: String,
    /// From exec to the first poll, milliseconds, median.
    pub(crate) init_ms: f64,
    /// The first invoke, milliseconds, median.
    pub(crate) first_ms: f64,
    /// A warm invoke, microseconds.
    pub(crate) p50_us: f64,
    /// A slow warm invoke, microseconds.
    pub(crate) p99_us: f64,
    /// CPU time of a warm invoke, microseconds, mean.
    pub(crate) cpu_us: f64,
    /// Peak resident memory, megabytes.
    pub(crate) memory_mb: f64,
    /// The binary, megabytes.
    pub(crate) binary_mb: f64,
    /// TLS connections opened during init.
    pub(crate) connections_in_init: usize,
    /// TLS connections opened by the first invoke.
    pub(crate) connections_in_first: usize,
}

/// A function's figures, and those of the one it is compared with.
#[derive(Debug, Serialize)]
pub(crate) struct Comparison {
    pub(crate) ours: Figures,
    pub(crate) other: Option<Figures>,
    /// True if an invoke does no more than the bare function's call.
    pub(crate) one_call: bool,
}

/// A binary with its measurements so far.
struct Subject {
    name: String,
    binary: PathBuf,
    environment: Vec<(&'static str, String)>,
    init: Vec<Duration>,
    first: Vec<Duration>,
    connections: (usize, usize),
    warm: Histogram<u64>,
    cpu: Duration,
    memory_mb: f64,
}

/// Measures one function and the bare one with the same call; or, if `against` names a directory, the same function
/// there.
pub(crate) async fn compare(
    operation: Operation,
    binaries: &Binaries,
    against: Option<&Path>,
    effort: Effort,
) -> Result<Comparison> {
    let engine = Engine::start().await?;
    let workload = Workload::new(operation, &engine).await?;
    let (name, executable) = (operation.name(), operation.executable());
    let binary = binaries::find(binaries, executable)?.clone();
    let mut subjects = vec![Subject::new(name.to_owned(), binary, &engine)?.named(name)];
    if let Some(directory) = against {
        let binary = directory.join(executable);
        subjects.push(Subject::new(binary.display().to_string(), binary, &engine)?.named(name));
    } else if let Some(call) = operation.bare_call() {
        let binary = binaries::find(binaries, "bare")?.clone();
        let mut subject = Subject::new(format!("bare ({call})"), binary, &engine)?;
        subject.environment.push(("BARE_CALL", call.to_owned()));
        subjects.push(subject);
    }
    for _ in 0..effort.starts {
        for subject in &mut subjects {
            subject.start_cold(&engine, &workload).await?;
        }
    }
    stay_warm(&mut subjects, &workload, effort).await?;
    let mut figures = subjects.into_iter().map(Subject::into_figures);
    let ours = figures.next().context("nothing was measured")??;
    let one_call = operation.is_one_call() || against.is_some();
    Ok(Comparison { ours, other: figures.next().transpose()?, one_call })
}

/// Runs each subject's warm invokes in turns.
async fn stay_warm(subjects: &mut [Subject], workload: &Workload, effort: Effort) -> Result<()> {
    let mut running = Vec::with_capacity(subjects.len());
    for subject in subjects {
        let mut function = subject.start().await?;
        for event in workload.events(effort.invokes).await? {
            workload.check(&function.invoke(event).await?.1)?;
        }
        running.push((subject, function));
    }
    for _ in 0..effort.turns {
        for (subject, function) in &mut running {
            subject.take_turn(function, workload, effort.invokes).await?;
        }
    }
    for (subject, function) in running {
        subject.memory_mb = function.peak_memory()?;
    }
    Ok(())
}

impl Subject {
    fn new(name: String, binary: PathBuf, engine: &Engine) -> Result<Self> {
        Ok(Self {
            name,
            binary,
            environment: engine.environment(),
            init: Vec::new(),
            first: Vec::new(),
            connections: (0, 0),
            warm: Histogram::new(3)?,
            cpu: Duration::ZERO,
            memory_mb: 0.0,
        })
    }

    /// The function of an executable that has several.
    fn named(mut self, handler: &str) -> Self {
        self.environment.push(("_HANDLER", handler.to_owned()));
        self
    }

    async fn start(&self) -> Result<Function> {
        let environment = self.environment.iter().map(|(name, value)| (name, value));
        Function::start(&self.binary, environment).await.with_context(|| self.name.clone())
    }

    /// Starts a process for one invoke.
    async fn start_cold(&mut self, engine: &Engine, workload: &Workload) -> Result<()> {
        let events = workload.events(1).await?;
        let before = engine.connections();
        let mut function = self.start().await?;
        let after_init = engine.connections();
        for event in events {
            let (time, answer) = function.invoke(event).await?;
            workload.check(&answer)?;
            self.first.push(time);
        }
        self.init.push(function.init);
        let opened = (after_init - before, engine.connections() - after_init);
        self.connections = self.connections.max(opened);
        Ok(())
    }

    async fn take_turn(
        &mut self,
        function: &mut Function,
        workload: &Workload,
        invokes: usize,
    ) -> Result<()> {
        let events = workload.events(invokes).await?;
        function.become_idle().await?;
        let cpu_before = function.cpu_time()?;
        for event in events {
            let (time, answer) = function.invoke(event).await?;
            workload.check(&answer)?;
            self.warm.record(time.as_nanos().try_into()?)?;
        }
        function.become_idle().await?;
        self.cpu += function.cpu_time()? - cpu_before;
        Ok(())
    }

    fn into_figures(self) -> Result<Figures> {
        let invokes = u32::try_from(self.warm.len())?;
        Ok(Figures {
            init_ms: median(self.init) * 1e3,
            first_ms: median(self.first) * 1e3,
            p50_us: self.warm.value_at_quantile(0.5) as f64 / 1e3,
            p99_us: self.warm.value_at_quantile(0.99) as f64 / 1e3,
            cpu_us: self.cpu.as_secs_f64() * 1e6 / f64::from(invokes.max(1)),
            memory_mb: self.memory_mb,
            binary_mb: std::fs::metadata(&self.binary)?.len() as f64 / 1e6,
            connections_in_init: self.connections.0,
            connections_in_first: self.connections.1,
            name: self.name,
        })
    }
}

/// The median in seconds; of an even number of values, the upper middle one.
fn median(mut values: Vec<Duration>) -> f64 {
    values.sort_unstable();
    values.get(values.len() / 2).copied().unwrap_or_default().as_secs_f64()
}
