//! `cargo run`: serves the whole API on this machine.
#![allow(clippy::print_stdout, reason = "this program talks to the person who started it")]

mod arguments;

use std::{path::PathBuf, process::ExitCode};

use arguments::Arguments;
use clap::Parser as _;
use local::Server;
use tracing::{Level, level_filters::LevelFilter};
use tracing_subscriber::{
    Layer as _, filter::Targets, layer::SubscriberExt as _, util::SubscriberInitExt as _,
};

#[tokio::main]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    // The engine warns of every failed condition, which is normal here.
    let levels = Targets::new().with_default(Level::WARN).with_target("dynoxide", LevelFilter::OFF);
    let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr);
    tracing_subscriber::registry().with(lines.with_filter(levels)).init();
    let data = arguments.data.clone();
    let options = match arguments.options() {
        Ok(options) => options,
        Err(problem) => return fail(&problem),
    };
    let server = match Server::start(options).await {
        Ok(server) => server,
        Err(error) => return fail(&error.to_string()),
    };
    greet(&server, data);
    shutdown_signal().await;
    println!("\nStopping.");
    server.stop().await;
    ExitCode::SUCCESS
}

fn fail(problem: &str) -> ExitCode {
    eprintln!("error: {problem}");
    ExitCode::FAILURE
}

fn greet(server: &Server, data: Option<PathBuf>) {
    let url = &server.url;
    println!("Checkout API on {url}\n");
    let helpers = [
        ("GET", "/test-helpers", "local only: starts a sale, in a browser"),
        ("POST", "/test-helpers/orders/{orderId}/evidence", "local only: sends evidence of a payment"),
        ("POST", "/test-helpers/clock", "local only: moves the clock"),
        ("GET", "/test-helpers/sessions/{sessionId}", "local only: plays the buyer, in a browser"),
    ];
    let routes = server.routes.iter();
    let routes: Vec<_> = routes
        .map(|route| (route.method.as_str(), route.path.as_str(), route.function.as_str()))
        .chain(helpers)
        .collect();
    let width = routes.iter().map(|(_, path, _)| path.len()).max().unwrap_or_default();
    for (method, path, function) in routes {
        println!("  {method:<6} {path:<width$}  {function}");
    }
    match data {
        Some(directory) => println!("\nDynamoDB at {}, kept in {}", server.database, directory.display()),
        None => println!("\nDynamoDB at {}", server.database),
    }
    if server.app.settings.api_keys {
        println!(
            "\nMerchants need a key:  cargo run -p admin -- keys --endpoint {} create --scope write",
            server.database
        );
    }
    for context in &server.chain_contexts {
        println!("\nWatching {} ({})", context.chain.name, context.chain.id.number());
    }
    if let (Some(wallet), false) = (&server.gas_wallet, server.chain_contexts.is_empty()) {
        println!("Gas wallet: {}", wallet.account());
    }
    println!(
        "\nTry it in a browser:  {url}/test-helpers\nor with curl:         curl -s -X POST {url}/checkout-sessions -d '{{\"metadata\":{{\"sku\":\"widget-1\"}}}}'\n"
    );
    println!("Ctrl-C stops.");
}

/// Ctrl-C, or the signal that service managers send.
async fn shutdown_signal() {
    let interrupted = tokio::signal::ctrl_c();
    #[cfg(unix)]
    match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
        Ok(mut terminated) => {
            tokio::select! { _ = interrupted => {}, _ = terminated.recv() => {} }
        }
        Err(_) => drop(interrupted.await),
    }
    #[cfg(not(unix))]
    drop(interrupted.await);
}
