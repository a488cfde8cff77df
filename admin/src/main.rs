//! `admin`: what operators do with a deployment beside deploying it.
#![allow(clippy::print_stdout, reason = "this program talks to the person who started it")]

mod command;

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use command::{evidence, keys, republish, smoke};

/// Runs what a deployment of the checkout service needs beside its functions.
///
/// Each subcommand works on a deployment in AWS or on the local server; its own --help says what it needs.
#[derive(Parser)]
#[command(name = "admin", version, after_help = EXAMPLES)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Evidence(evidence::Arguments),
    Keys(keys::Arguments),
    Republish(republish::Arguments),
    Smoke(smoke::Arguments),
}

const EXAMPLES: &str = "\
Examples:
  admin evidence ORDER_ID              List the deposits that an order keeps in sums
  admin keys create --scope write      Create an API key and show it once
  admin republish                      Publish the events that an outage or a restore has left out
  admin smoke http://127.0.0.1:3000    Check that a server does what the contract says

Without an installed program: cargo run -p admin -- SUBCOMMAND";

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let done = match Arguments::parse().command {
        Command::Evidence(arguments) => evidence::run(arguments).await.map(|()| ExitCode::SUCCESS),
        Command::Keys(arguments) => keys::run(arguments).await.map(|()| ExitCode::SUCCESS),
        Command::Republish(arguments) => republish::run(arguments).await.map(|()| ExitCode::SUCCESS),
        Command::Smoke(arguments) => smoke::run(arguments).await,
    };
    match done {
        Ok(status) => status,
        Err(error) => {
            eprintln!("Error: {error:?}");
            ExitCode::FAILURE
        }
    }
}
