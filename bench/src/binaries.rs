//! Builds the release binaries with `cargo build --release`.

use std::{collections::HashMap, env, path::PathBuf, process::Stdio};

use anyhow::{Context as _, Result, ensure};
use serde::Deserialize;
use tokio::process::Command;

/// The executables, by name.
pub(crate) type Binaries = HashMap<String, PathBuf>;

/// The fields that are read of cargo's lines with `--message-format=json`.
#[derive(Deserialize)]
struct Message {
    target: Option<Target>,
    executable: Option<PathBuf>,
}

#[derive(Deserialize)]
struct Target {
    name: String,
}

/// Builds `packages`, with cargo's progress on stderr. Packages built together share their dependencies' features, so a
/// package that must gain none is built alone.
pub(crate) async fn build(packages: &[&str]) -> Result<Binaries> {
    let output = Command::new(cargo())
        .args(["build", "--release", "--message-format=json-render-diagnostics"])
        .args(packages.iter().flat_map(|package| ["-p", package]))
        .stderr(Stdio::inherit())
        .kill_on_drop(true)
        .output()
        .await
        .context("cannot run cargo")?;
    ensure!(output.status.success(), "the release build of {} failed", packages.join(", "));
    let messages = String::from_utf8(output.stdout)?;
    messages.lines().map(|line| Ok(serde_json::from_str::<Message>(line)?)).filter_map(executable).collect()
}

/// One of the binaries built.
pub(crate) fn find<'a>(binaries: &'a Binaries, name: &str) -> Result<&'a PathBuf> {
    binaries.get(name).with_context(|| format!("the package {name} has no binary"))
}

fn executable(message: Result<Message>) -> Option<Result<(String, PathBuf)>> {
    match message {
        Ok(Message { target: Some(target), executable: Some(path) }) => Some(Ok((target.name, path))),
        Ok(_) => None,
        Err(error) => Some(Err(error)),
    }
}

/// The cargo that runs this program, if one does.
fn cargo() -> std::ffi::OsString {
    env::var_os("CARGO").unwrap_or_else(|| "cargo".into())
}
