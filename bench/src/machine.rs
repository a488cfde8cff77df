//! The machine of the figures.

use std::{fs, thread};

use anyhow::{Context as _, Result, ensure};
use serde::Serialize;
use shared::edge::Clock;
use tokio::process::Command;

/// A machine, at a time.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Machine {
    /// The time, RFC 3339 in UTC.
    pub(crate) date: String,
    /// The processor's name for itself.
    pub(crate) cpu: String,
    /// The number of hardware threads.
    pub(crate) cores: usize,
    /// The output of `rustc --version`.
    pub(crate) rustc: String,
}

impl Machine {
    /// This machine, now.
    pub(crate) async fn describe() -> Result<Self> {
        let rustc = Command::new("rustc").arg("--version").output().await.context("cannot run rustc")?;
        ensure!(rustc.status.success(), "rustc --version failed");
        Ok(Self {
            date: Clock::default().now().rfc3339(),
            cpu: cpu_model().unwrap_or_else(|| "unknown".to_owned()),
            cores: thread::available_parallelism()?.get(),
            rustc: String::from_utf8(rustc.stdout)?.trim().to_owned(),
        })
    }
}

fn cpu_model() -> Option<String> {
    let facts = fs::read_to_string("/proc/cpuinfo").ok()?;
    let line = facts.lines().find(|line| line.starts_with("model name"))?;
    Some(line.split_once(':')?.1.trim().to_owned())
}
