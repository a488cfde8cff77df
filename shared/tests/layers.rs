//! The rooms of this crate, and the layers within them. Imports point down from room to room, and no files import each
//! other in a circle. The rules of a capability import neither its store nor its HTTP layer.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "this is test code")]

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

#[path = "layers/imports.rs"]
mod imports;

use imports::imports;

/// The rooms, lowest first, each with those that it may import. Files of the crate's root are rooms of their own.
const ROOMS: &[(&str, &[&str])] = &[
    ("kernel", &[]),
    ("dynamo", &["kernel"]),
    ("error", &["kernel", "dynamo"]),
    ("chains", &["kernel"]),
    ("edge", &["kernel", "dynamo", "error", "chains"]),
    ("keys", &["kernel", "dynamo", "error", "edge"]),
    ("terms", &["kernel", "error", "chains", "edge"]),
    ("checkout", &["kernel", "dynamo", "error", "chains", "edge", "keys", "terms"]),
    ("feed", &["kernel", "dynamo", "error", "edge", "keys", "checkout"]),
    ("webhooks", &["kernel", "dynamo", "error", "edge", "checkout", "feed"]),
    ("app", &["kernel", "dynamo", "error", "edge", "keys", "checkout", "feed", "webhooks"]),
];

/// Pure rules: folders, and files of rooms that have other files too.
const RULES: &[&str] = &[
    "chains/",
    "checkout/chronicle.rs",
    "checkout/effect",
    "checkout/emitted",
    "checkout/evidence",
    "checkout/folded.rs",
    "checkout/folding.rs",
    "checkout/item_tests",
    "checkout/ledger",
    "checkout/accepted",
    "checkout/order.rs",
    "checkout/redaction",
    "checkout/route",
    "checkout/sample",
    "checkout/paid.rs",
    "checkout/session.rs",
    "checkout/status",
    "edge/idempotency",
    "feed/event",
    "feed/merge",
    "feed/segment",
    "feed/story",
    "kernel/",
    "keys/api_key",
    "terms/display.rs",
    "terms/payment_terms",
    "webhooks/delivery.rs",
    "webhooks/delivery_tests",
    "webhooks/endpoint.rs",
    "webhooks/endpoint_tests",
];

/// Stores: files that call DynamoDB.
const STORES: &[&str] = &[
    "checkout/awaited",
    "checkout/chronicle_store",
    "checkout/expiry",
    "checkout/folded_store",
    "checkout/order_record",
    "checkout/order_list",
    "checkout/order_store",
    "checkout/overdue",
    "checkout/payment_store",
    "checkout/session_record",
    "checkout/session_list.rs",
    "checkout/session_store",
    "checkout/store",
    "checkout/subjects",
    "dynamo/",
    "edge/used_keys",
    "feed/entries",
    "feed/publication_store",
    "feed/store.rs",
    "keys/key_record",
    "keys/key_store",
    "webhooks/delivery_record",
    "webhooks/delivery_store",
    "webhooks/endpoint_record",
    "webhooks/endpoint_store",
    "webhooks/fan_out",
    "webhooks/leases",
    "webhooks/store",
];

/// Calls that read the clock, the random source or the environment.
const CLOCKS: &[&str] =
    &["Utc::now", "Local::now", "SystemTime", "new_v4", "now_v7", "rand::", "getrandom", "env::"];

/// The lines of a layer's code, each with its position. Comments are left out: they may name things that the code may
/// not use.
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
        &[
            "lambda_",
            "app::",
            "feed::api",
            "webhooks::api",
            "operations::",
            "_request::",
            "_query::",
            "_view::",
            "envelope::",
        ],
    );
}

#[test]
fn no_store_reads_a_clock() {
    // `Instant` measures the duration of retries; it does not read the time.
    assert_unused(STORES, &["Utc::now", "SystemTime"]);
}

fn room(file: &str) -> &str {
    file.split(['/', '.']).next().unwrap()
}

#[test]
fn rooms_import_only_those_below_them() {
    let rooms: BTreeMap<_, _> = ROOMS.iter().copied().collect();
    let imports = imports();
    assert!(imports.values().map(BTreeSet::len).sum::<usize>() > 200, "imports are not found: {imports:?}");
    for (file, imported) in &imports {
        let allowed = rooms.get(room(file)).unwrap_or_else(|| panic!("{file} is in no room"));
        for other in imported.iter().filter(|other| room(other) != room(file)) {
            assert!(allowed.contains(&room(other)), "{file} imports {other}");
        }
    }
}

#[test]
fn no_files_import_each_other_in_a_circle() {
    let mut left = imports();
    while !left.is_empty() {
        let names: BTreeSet<_> = left.keys().cloned().collect();
        let before = left.len();
        left.retain(|_, imported| imported.iter().any(|file| names.contains(file)));
        assert!(left.len() < before, "in a circle, or above one: {left:#?}");
    }
}

/// The lines of each room of this crate, and of each other crate of the service. Unit tests do not count.
fn sizes() -> BTreeMap<String, usize> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned();
    let mut sizes = BTreeMap::new();
    for folder in [
        "shared/src",
        "page/src",
        "chain/src",
        "delivery/src",
        "local/src",
        "functions",
        "bundles",
        "admin/src",
    ] {
        let mut files = Vec::new();
        collect(&root.join(folder), &mut files);
        for file in files {
            let name = file.strip_prefix(root.join(folder)).unwrap().to_str().unwrap().to_owned();
            let code = fs::read_to_string(&file).unwrap();
            let code = code.split("#[cfg(test)]\nmod tests").next().unwrap();
            if !name.contains("_tests") {
                let room = if folder == "shared/src" { room(&name).to_owned() } else { folder.to_owned() };
                *sizes.entry(room).or_default() += code.lines().count();
            }
        }
    }
    sizes
}

#[test]
fn no_room_holds_more_than_a_fifth_of_the_code() {
    let sizes = sizes();
    let whole: usize = sizes.values().sum();
    for (room, lines) in sizes {
        assert!(lines * 5 <= whole, "{room} has {lines} of {whole} lines");
    }
}
