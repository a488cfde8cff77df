//! `admin smoke`: makes the contract's checks of a server.

use std::{process::ExitCode, time::Duration};

use admin::smoke::{self, CannotRun, Check, Checked, Report, Settings, Shop, Stop, Verdict};
use anyhow::{Context as _, Result};
use clap::{Args, builder::PossibleValuesParser};
use serde_json::json;

/// Checks that a server of this API does what the contract says.
///
/// Works on any server: the local one, a deployed stack, another implementation. It sends requests as a merchant
/// and as a browser do: creates sessions and orders, races, expires and lists them, and looks at refusals, redaction
/// and CORS. It looks only at what it has made, so a server in use may be checked.
///
/// It makes some 90 sessions, expires them at its end, and deletes the webhook endpoints that it makes. Orders expire
/// with their sessions, or by themselves after 15 minutes. Nobody is asked to pay.
///
/// A server that requires API keys needs one with the scope write. Let that be the key of a merchant for the checks
/// alone: a shop's own webhook endpoints are sent events about its sessions, the checks' among them.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Arguments {
    /// Address of the API; the stack's output ApiUrl
    #[arg(value_parser = url)]
    url: String,
    /// API key with the scope write. Better given in the environment, where no list of processes shows it
    #[arg(long, value_name = "KEY", env = "CHECKOUT_API_KEY", hide_env_values = true)]
    api_key: Option<String>,
    /// Chapter of the checks to make, all unless given; may be repeated
    #[arg(long, value_name = "NAME", value_parser = PossibleValuesParser::new(chapters()))]
    chapter: Vec<String>,
    /// Print the report as one JSON object, and nothing else, to standard output
    #[arg(long)]
    json: bool,
    /// Time limit of each request
    #[arg(long, value_name = "TIME", value_parser = humantime::parse_duration, default_value = "30s")]
    timeout: Duration,
    /// Time in which an event must be listed, and a session under its status
    #[arg(long, value_name = "TIME", value_parser = humantime::parse_duration, default_value = "60s")]
    patience: Duration,
    /// Origin that browsers call from; the stack's CorsAllowOrigin, where that is not *
    #[arg(long, value_name = "ORIGIN", default_value = "https://shop.example")]
    origin: String,
    /// Chain of the orders, by its id. Without it: the first well-known one that the server accepts
    #[arg(long, value_name = "ID")]
    chain: Option<u64>,
}

const EXAMPLES: &str = "\
Examples:
  admin smoke http://127.0.0.1:3000
  admin smoke https://abcdef1234.execute-api.us-east-1.amazonaws.com --json > report.json

  export CHECKOUT_API_KEY=$(admin keys --table STACK-KeysTable create --owner smoke --scope write --expires-in 1h)
  admin smoke https://abcdef1234.execute-api.us-east-1.amazonaws.com

Exit status:
  0  every check that was made holds
  1  something does not hold, or could not be cleaned up; each failure shows the request as a curl command
  2  nothing could be checked: the server cannot be reached, or requires an API key; or the run was interrupted";

/// The exit status where nothing could be checked.
const CANNOT_RUN: u8 = 2;

/// Makes the checks and prints what came of them.
///
/// # Errors
/// The report cannot be printed as JSON.
pub(crate) async fn run(arguments: Arguments) -> Result<ExitCode> {
    let as_json = arguments.json;
    let checks = chosen(&arguments.chapter);
    let shop = match Shop::open(settings(arguments)).await {
        Ok(shop) => shop,
        Err(reason) => return Ok(refuse(&reason, as_json)),
    };
    let mut done = 0;
    let running = smoke::run_some(&shop, &checks, |checked| {
        done += 1;
        tell(done, checked);
    });
    let report = tokio::select! {
        report = running => Some(report),
        _ = tokio::signal::ctrl_c() => None,
    };
    match report {
        Some(report) => print(&report, as_json),
        None => Ok(break_off(&shop).await),
    }
}

fn settings(arguments: Arguments) -> Settings {
    Settings {
        api_key: arguments.api_key.filter(|key| !key.is_empty()),
        timeout: arguments.timeout,
        patience: arguments.patience,
        origin: arguments.origin,
        chain: arguments.chain,
        ..Settings::new(arguments.url)
    }
}

fn url(text: &str) -> Result<String, &'static str> {
    let has_scheme = text.starts_with("http://") || text.starts_with("https://");
    if has_scheme { Ok(text.to_owned()) } else { Err("must begin with https:// or http://") }
}

/// The names of the chapters, each once.
fn chapters() -> Vec<&'static str> {
    let mut chapters: Vec<_> = smoke::checks().iter().map(|check| check.chapter).collect();
    chapters.dedup();
    chapters
}

fn chosen(chapters: &[String]) -> Vec<Check> {
    let mut checks = smoke::checks();
    checks.retain(|check| chapters.is_empty() || chapters.iter().any(|name| name == check.chapter));
    checks
}

fn refuse(reason: &CannotRun, as_json: bool) -> ExitCode {
    eprintln!("Error: {reason}");
    if as_json {
        println!("{}", json!({"error": reason.to_string()}));
    }
    ExitCode::from(CANNOT_RUN)
}

/// One line of progress.
fn tell(done: usize, checked: &Checked) {
    let Checked { chapter, name, verdict, .. } = checked;
    eprintln!("{done:>3} {:<7} {chapter}: {name}", verdict.word());
}

fn print(report: &Report, as_json: bool) -> Result<ExitCode> {
    match as_json {
        true => println!("{}", serde_json::to_string_pretty(report).context("the report is no JSON")?),
        false => println!("{report}"),
    }
    let failed = report.checks.iter().any(|checked| matches!(checked.verdict, Verdict::Failed { .. }));
    Ok(if failed { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

async fn break_off(shop: &Shop) -> ExitCode {
    eprintln!("Interrupted; ending what was made.");
    if let Err(Stop::Failed(failure)) = smoke::clean_up(shop).await {
        eprintln!("Not everything could be ended: {}\n  {}", failure.got, failure.request);
    }
    ExitCode::from(CANNOT_RUN)
}
