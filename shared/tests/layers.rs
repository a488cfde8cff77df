//! The layers within the rooms of this crate: the rules of a capability know nothing of how it is kept, nor that of
//! HTTP.
#![allow(clippy::unwrap_used, reason = "this is test code")]

use std::{
    fs,
    path::{Path, PathBuf},
};

/// Pure rules: folders, and files of rooms that have other files too.
const RULES: &[&str] = &[
    "chains/",
    "checkout/evidence",
    "checkout/item_tests",
    "checkout/ledger",
    "checkout/order.rs",
    "checkout/redirect",
    "checkout/sample",
    "checkout/session.rs",
    "checkout/status",
    "checkout/token",
    "edge/idempotency",
    "feed/event",
    "feed/story",
    "kernel/",
    "keys/api_key",
    "webhooks/delivery.rs",
    "webhooks/delivery_tests",
    "webhooks/endpoint.rs",
    "webhooks/endpoint_tests",
];

/// Stores: files that keep things in DynamoDB.
const STORES: &[&str] = &[
    "checkout/awaited",
    "checkout/expiry",
    "checkout/order_list",
    "checkout/order_store",
    "checkout/overdue",
    "checkout/payment_store",
    "checkout/session_list",
    "checkout/session_store",
    "dynamo/",
    "edge/used_keys",
    "feed/entries",
    "feed/publication",
    "feed/stories",
    "feed/subjects",
    "keys/key_store",
    "webhooks/delivery_store",
    "webhooks/endpoint_store",
    "webhooks/fan_out",
    "webhooks/leases",
];

/// Calls that read the clock, the random source or the environment.
const CLOCKS: &[&str] =
    &["Utc::now", "Local::now", "SystemTime", "new_v4", "now_v7", "rand::", "getrandom", "env::"];

/// The code of a layer, each line with its place. Comments may speak of what code may not use.
fn code_lines(layer: &[&str]) -> Vec<(String, String)> {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    collect(&source, &mut files);
    let name = |file: &PathBuf| file.strip_prefix(&source).unwrap().to_str().unwrap().to_owned();
    for part in layer {
        assert!(files.iter().any(|file| name(file).starts_with(part)), "no file begins with {part}");
    }
    files.retain(|file| layer.iter().any(|part| name(file).starts_with(part)));
    let mut found = Vec::new();
    for file in files {
        for (number, line) in fs::read_to_string(&file).unwrap().lines().enumerate() {
            let code = line.trim_start();
            if !code.starts_with("//") {
                found.push((format!("{}:{}", file.display(), number + 1), code.to_owned()));
            }
        }
    }
    found
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
}

#[track_caller]
fn assert_unused(layer: &[&str], banned: &[&str]) {
    for (place, line) in code_lines(layer) {
        for word in banned {
            assert!(!line.contains(word), "{place} uses {word}: {line}");
        }
    }
}

#[test]
fn no_rule_uses_an_aws_lambda_or_http_crate() {
    let rules: Vec<_> = RULES.iter().copied().filter(|part| *part != "checkout/item_tests").collect();
    let crates = [
        "aws_",
        "lambda_",
        "serde_dynamo",
        "axum",
        "hyper",
        "reqwest",
        "http::",
        "tokio",
        "tracing",
        "dynamo",
    ];
    assert_unused(&rules, &crates);
}

#[test]
fn no_rule_reads_a_clock_a_random_source_or_the_environment() {
    assert_unused(RULES, CLOCKS);
    assert_unused(RULES, &["Instant"]);
}

#[test]
fn rules_are_synchronous() {
    assert_unused(RULES, &["async ", ".await", "std::thread", "std::fs", "std::net"]);
}

#[test]
fn no_store_knows_http() {
    assert_unused(
        STORES,
        &["crate::App", "lambda_", "feed::api", "webhooks::api", "_request::", "views::", "envelope::"],
    );
}

#[test]
fn no_store_reads_a_clock() {
    // `Instant` measures how long a call has been repeated; it does not tell the time.
    assert_unused(STORES, &["Utc::now", "SystemTime"]);
}
