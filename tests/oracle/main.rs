//! The embedded engine behind its gate, against dynalite, whose authors took its checks from DynamoDB itself: both
//! accept and refuse the same generated requests. `npm ci` in this folder installs dynalite.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "this is test code: a test that cannot go on should say so and end"
)]

mod calls;
mod exceptions;

use std::{net::TcpListener, path::PathBuf, process::Stdio};

use local::Engine;
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestRng, TestRunner};
use serde_json::{Value, json};
use shared::edge::Clock;
use tests::dynamodb::DynamoDb;
use tokio::{
    io::{AsyncBufReadExt as _, BufReader},
    process::{Child, Command},
    runtime::Runtime,
};

use calls::{Call, TABLE, call};

/// The number of requests compared.
const CASES: u32 = 3000;

/// The two databases.
struct Peers {
    ours: DynamoDb,
    dynalite: DynamoDb,
    _engine: Engine,
    _process: Child,
}

impl Peers {
    async fn start() -> Self {
        let engine = Engine::start(None, Clock::default()).await.unwrap();
        let cli = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("oracle/node_modules/dynalite/cli.js");
        // Dynalite takes 0 for its own default port.
        let port = TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap().port();
        let mut process = Command::new("node")
            .arg(cli)
            .args(["--port", &port.to_string(), "--host", "127.0.0.1", "--createTableMs", "0"])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .expect("node starts");
        let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let line = lines.next_line().await.unwrap().expect("dynalite starts: run `npm ci` in tests/oracle");
        let url = line.rsplit(' ').next().unwrap().to_owned();
        let peers = Self {
            ours: DynamoDb::at(&engine.endpoint),
            dynalite: DynamoDb::at(&url),
            _engine: engine,
            _process: process,
        };
        for database in [&peers.ours, &peers.dynalite] {
            let (status, answer) = database.call("CreateTable", &tests::dynamodb::table(calls::TABLE)).await;
            assert_eq!(status, 200, "{answer}");
            while database.call("DescribeTable", &json!({"TableName": TABLE})).await.1["Table"]["TableStatus"]
                != "ACTIVE"
            {}
        }
        peers
    }

    /// Both verdicts on a call, on an item of its own.
    async fn ask(&self, call: &Call, case: u32) -> (String, String) {
        let key = json!({"S": format!("case-{case}")});
        let request = call.request(&key);
        let mut verdicts = Vec::new();
        for database in [&self.ours, &self.dynalite] {
            if call.item_exists {
                let (status, answer) = database.call("PutItem", &calls::item(&key)).await;
                assert_eq!(status, 200, "{answer}");
            }
            verdicts.push(verdict(&database.call(call.operation(), &request).await));
        }
        let dynalite = verdicts.pop().unwrap();
        (verdicts.pop().unwrap(), dynalite)
    }
}

/// Accepted, or the kind of refusal.
fn verdict((status, answer): &(u16, Value)) -> String {
    match status {
        200 => "taken".to_owned(),
        _ => answer["__type"].as_str().unwrap_or_default().rsplit('#').next().unwrap().to_owned(),
    }
}

#[test]
fn the_engine_and_dynalite_agree_on_generated_requests() {
    let runtime = Runtime::new().unwrap();
    let peers = runtime.block_on(Peers::start());
    let case = std::cell::Cell::new(0);
    let (taken, refused) = (std::cell::Cell::new(0), std::cell::Cell::new(0));
    let config = Config { cases: CASES, failure_persistence: None, ..Config::default() };
    // The same requests each time, so that a new difference comes from a change here.
    let random = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let mut runner = TestRunner::new_with_rng(config, random);
    let compared = runner.run(&call(), |call| {
        case.set(case.get() + 1);
        let (ours, dynalite) = runtime.block_on(peers.ask(&call, case.get()));
        let counted = if ours == "taken" { &taken } else { &refused };
        counted.set(counted.get() + 1);
        if ours == dynalite || exceptions::reason(&call, &ours, &dynalite).is_some() {
            return Ok(());
        }
        let request = call.request(&json!({"S": "case"}));
        Err(TestCaseError::fail(format!(
            "ours: {ours}, dynalite: {dynalite}: {} {request}",
            call.operation()
        )))
    });
    if let Err(error) = compared {
        panic!("{error}");
    }
    // Otherwise the comparison would prove little.
    assert!(
        taken.get() > CASES / 10 && refused.get() > CASES / 10,
        "{} taken, {} refused",
        taken.get(),
        refused.get()
    );
}

/// An exception that no request needs any more must be deleted.
#[test]
fn every_exception_still_applies() {
    let runtime = Runtime::new().unwrap();
    let peers = runtime.block_on(Peers::start());
    for (at, exception) in exceptions::ALL.iter().enumerate() {
        let call = (exception.example)();
        let (ours, dynalite) = runtime.block_on(peers.ask(&call, u32::try_from(at).unwrap()));
        assert_ne!(ours, dynalite, "{}", exception.reason);
        assert_eq!(exceptions::reason(&call, &ours, &dynalite), Some(exception.reason));
    }
}
