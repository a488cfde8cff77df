//! A function's process, run as Lambda would run it.

use std::{
    ffi::OsStr,
    io,
    path::Path,
    process::Stdio,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, bail};
use axum::body::Bytes;
use nix::{
    time::{clock_getcpuclockid, clock_gettime},
    unistd::Pid,
};
use tokio::process::{Child, Command};

use crate::{
    runtime_api::{Poll, RuntimeApi},
    workload::Event,
};

/// The variables that Lambda sets for every function. The credentials are for an engine that accepts any.
const ENVIRONMENT: &[(&str, &str)] = &[
    ("AWS_ACCESS_KEY_ID", "bench"),
    ("AWS_SECRET_ACCESS_KEY", "bench"),
    ("AWS_SESSION_TOKEN", "bench"),
    ("AWS_REGION", "us-east-1"),
    ("AWS_LAMBDA_FUNCTION_NAME", "bench"),
    ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"),
    ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "128"),
    ("AWS_LAMBDA_LOG_GROUP_NAME", "bench"),
    ("AWS_LAMBDA_LOG_STREAM_NAME", "bench"),
    ("API_KEYS", "off"),
    ("LANG", "en_US.UTF-8"),
    ("TZ", ":UTC"),
];

/// A running function. Stops when dropped.
pub(crate) struct Function {
    process: Child,
    api: RuntimeApi,
    waiting: Option<Poll>,
    /// The time from exec to the first poll.
    pub(crate) init: Duration,
}

impl Function {
    /// Starts a binary and waits until it asks for its first event.
    pub(crate) async fn start<K, V>(binary: &Path, environment: impl Iterator<Item = (K, V)>) -> Result<Self>
    where
        K: AsRef<OsStr>,
        V: AsRef<OsStr>,
    {
        let api = RuntimeApi::start().await?;
        let mut command = Command::new(binary);
        command
            .env_clear()
            .envs(ENVIRONMENT.iter().copied())
            .envs(environment)
            .env("AWS_LAMBDA_RUNTIME_API", api.address())
            .stdin(Stdio::null())
            // This program's own stdout is for the figures.
            .stdout(io::stderr())
            .kill_on_drop(true);
        let started = Instant::now();
        let process = command.spawn().with_context(|| format!("cannot start {}", binary.display()))?;
        let mut function = Self { process, api, waiting: None, init: Duration::ZERO };
        let poll = function.poll().await?;
        function.init = poll.at - started;
        function.waiting = Some(poll);
        Ok(function)
    }

    /// Sends one event. Returns the time until the answer, and the answer.
    pub(crate) async fn invoke(&mut self, event: Event) -> Result<(Duration, Bytes)> {
        let poll = match self.waiting.take() {
            Some(poll) => poll,
            None => self.poll().await?,
        };
        let (handed_out, answered, body) = tokio::select! {
            answer = self.api.answer(poll, event) => answer?,
            status = self.process.wait() => bail!("the function ended during an invoke: {}", status?),
        };
        Ok((answered - handed_out, body))
    }

    /// Waits until the function has nothing more to do.
    pub(crate) async fn become_idle(&mut self) -> Result<()> {
        if self.waiting.is_none() {
            self.waiting = Some(self.poll().await?);
        }
        Ok(())
    }

    /// The CPU time of all threads, ended ones included.
    pub(crate) fn cpu_time(&self) -> Result<Duration> {
        let clock = clock_getcpuclockid(Pid::from_raw(self.id()?.try_into()?))?;
        Ok(clock_gettime(clock)?.into())
    }

    /// The most memory resident at once, in megabytes of 10⁶ bytes.
    pub(crate) fn peak_memory(&self) -> Result<f64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.id()?))?;
        let kibibytes = status
            .lines()
            .find_map(|line| line.strip_prefix("VmHWM:")?.trim().strip_suffix(" kB"))
            .context("the kernel does not report peak memory")?;
        Ok(kibibytes.parse::<f64>()? * 1024.0 / 1e6)
    }

    fn id(&self) -> Result<u32> {
        self.process.id().context("the function has ended")
    }

    async fn poll(&mut self) -> Result<Poll> {
        tokio::select! {
            poll = self.api.poll() => poll,
            status = self.process.wait() => bail!("the function ended by itself: {}", status?),
        }
    }
}
