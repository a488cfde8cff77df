//! The layers of this crate: what a session *is* knows nothing of how it is stored, nor that of HTTP.
#![allow(clippy::unwrap_used, reason = "this is test code")]

use std::{
    fs,
    path::{Path, PathBuf},
};

/// Code of a layer, each line with its place; comments may speak of what code may not use.
fn code_lines(layer: &str) -> Vec<(String, String)> {
    let mut files = Vec::new();
    collect(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src").join(layer), &mut files);
    assert!(!files.is_empty(), "src/{layer} has no files");
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
fn assert_unused(layer: &str, banned: &[&str]) {
    for (place, line) in code_lines(layer) {
        for word in banned {
            assert!(!line.contains(word), "{place} uses {word}: {line}");
        }
    }
}

#[test]
fn the_model_knows_neither_the_store_nor_http() {
    let layers = ["crate::store", "crate::http", "crate::App", "super::store", "super::http", "super::super"];
    assert_unused("model", &layers);
}

#[test]
fn the_model_uses_no_aws_lambda_or_http_crate() {
    let crates =
        ["aws_", "lambda_", "serde_dynamo", "axum", "hyper", "reqwest", "http::", "tokio", "tracing"];
    assert_unused("model", &crates);
}

#[test]
fn the_model_reads_no_clock_random_source_or_environment() {
    let edges = [
        "Utc::now",
        "Local::now",
        "SystemTime",
        "Instant",
        "new_v4",
        "now_v7",
        "rand::",
        "getrandom",
        "env::",
    ];
    assert_unused("model", &edges);
}

#[test]
fn the_model_is_synchronous() {
    assert_unused("model", &["async ", ".await", "std::thread", "std::fs", "std::net"]);
}

#[test]
fn the_store_does_not_know_http() {
    assert_unused("store", &["crate::http", "super::super::http", "crate::App", "lambda_"]);
}

#[test]
fn the_store_reads_no_clock() {
    // `Instant` measures how long a call has been repeated; it does not tell the time.
    assert_unused("store", &["Utc::now", "SystemTime"]);
}
