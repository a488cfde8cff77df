//! The program: what it prints, and its exit status.

use std::process::{Command, Output};

use axum::Router;
use local::Server;
use serde_json::Value;
use shared::keys::Scope;
use tokio::net::TcpListener;

use crate::{
    liar::{Ask, Knowledge, Liar, Lie, Reply},
    server::{key, start},
};

/// Runs `admin smoke`, with a key in the environment if one is given.
fn smoke(arguments: &[&str], key: Option<&str>) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_admin"));
    command.arg("smoke").args(arguments).env_remove("CHECKOUT_API_KEY");
    if let Some(key) = key {
        command.env("CHECKOUT_API_KEY", key);
    }
    command.output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

#[track_caller]
fn has_status(output: &Output, status: i32) {
    let (said, told) = (text(&output.stdout), text(&output.stderr));
    assert_eq!(output.status.code(), Some(status), "{said}\n{told}");
}

/// Few enough checks for a test of the program around them.
const ERRORS: [&str; 2] = ["--chapter", "errors"];

#[tokio::test(flavor = "multi_thread")]
async fn a_good_server_is_status_0_with_a_table_and_progress_beside_it() {
    let server = start(false, false).await;
    let output = smoke(&[&server.url, "--chapter", "orders", "--chapter", "expiry"], None);
    has_status(&output, 0);
    let said = text(&output.stdout);
    assert!(said.contains("a second order is refused, and the first one stays as it is"), "{said}");
    assert!(said.contains(" 19 held, 0 failed, 2 skipped"), "{said}");
    assert!(said.contains("skipped: a session lives 300 seconds at least"), "{said}");
    assert!(text(&output.stderr).contains("held    orders: an order answers every field, in order"));
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn json_is_one_object_and_nothing_else() {
    let server = start(false, false).await;
    let output = smoke(&[&[server.url.as_str(), "--json"], &ERRORS[..]].concat(), None);
    has_status(&output, 0);
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((&report["url"], &report["requires_keys"]), (&server.url.clone().into(), &false.into()));
    let checks = report["checks"].as_array().unwrap();
    assert_eq!(checks.len(), 6);
    assert_eq!(checks[1]["name"], "an unknown path is a 404");
    assert!(checks.iter().all(|check| check["result"] == "held" && check["millis"].is_u64()), "{report}");
    server.stop().await;
}

fn crashed(_: &Knowledge, _: &Ask, reply: &mut Reply) {
    if reply.status == 404 {
        reply.turn_into(500);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_does_not_hold_is_status_1_and_shown_with_its_request() {
    let server = start(false, false).await;
    let liar = Liar::start(&server.url, None, Lie::Out(crashed)).await;
    let output = smoke(&[&[liar.url.as_str()], &ERRORS[..]].concat(), None);
    has_status(&output, 1);
    let said = text(&output.stdout);
    assert!(said.contains("FAILED  errors: an unknown path is a 404\n  expected  HTTP 404"), "{said}");
    let request = format!("\n  request   curl -sS -i -X GET '{}/checkout-session'\n", liar.url);
    assert!(said.contains(&request), "{said}");

    let output = smoke(&[&[liar.url.as_str(), "--json"], &ERRORS[..]].concat(), None);
    has_status(&output, 1);
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["checks"][1]["result"], "failed");
    assert!(report["checks"][1]["failure"]["got"].as_str().unwrap().starts_with("HTTP 500 "), "{report}");
    server.stop().await;
}

#[test]
fn nothing_that_listens_is_status_2_and_one_sentence() {
    let output = smoke(&["http://127.0.0.1:9", "--json"], None);
    has_status(&output, 2);
    let told = text(&output.stderr);
    assert!(told.starts_with("Error: http://127.0.0.1:9 cannot be reached: "), "{told}");
    assert_eq!(told.lines().count(), 1, "{told}");
    let said: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert!(said["error"].as_str().unwrap().contains("cannot be reached"), "{said}");
    let output = smoke(&["127.0.0.1:9"], None);
    has_status(&output, 2);
    assert!(text(&output.stderr).contains("must begin with https:// or http://"));
    has_status(&smoke(&[], None), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_does_not_answer_is_status_2_once_the_time_is_over() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let output = smoke(&[&url, "--timeout", "300ms"], None);
    has_status(&output, 2);
    let told = text(&output.stderr);
    assert!(told.contains("cannot be reached: no answer within the time limit"), "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn another_server_is_status_2() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let router = Router::new().fallback(async || "<html>It works!</html>");
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    let output = smoke(&[&url], None);
    has_status(&output, 2);
    let told = text(&output.stderr);
    assert!(told.contains("is not a server of this API") && told.contains("It works!"), "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_is_missing_or_does_not_do_is_status_2_and_the_error_says_what_to_do() {
    let server = start(true, false).await;
    let reading = key(&server, Scope::Read).await;
    for (key, said) in [
        (None, "admin keys create --owner smoke --scope write"),
        (Some("ck_nonsense"), "refuses this API key"),
        (Some(reading.as_str()), "with the scope write"),
    ] {
        let output = smoke(&[&server.url], key);
        has_status(&output, 2);
        let told = text(&output.stderr);
        assert!(told.contains(said), "{told}");
    }
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_comes_from_the_environment_or_the_command_line_and_is_never_shown() {
    let server: Server = start(true, false).await;
    let writing = key(&server, Scope::Write).await;
    let access = [server.url.as_str(), "--chapter", "access"];
    let by_argument = [&access[..], &["--api-key", &writing]].concat();
    for (arguments, key) in [(&access[..], Some(writing.as_str())), (&by_argument[..], None)] {
        let output = smoke(arguments, key);
        has_status(&output, 0);
        assert!(!text(&output.stdout).contains(&writing) && !text(&output.stderr).contains(&writing));
        assert!(text(&output.stdout).contains("which requires API keys: 12 held, 0 failed, 0 skipped"));
    }
    let help = text(&smoke(&["--help"], Some(&writing)).stdout);
    assert!(help.contains("CHECKOUT_API_KEY") && !help.contains(&writing), "{help}");
    server.stop().await;
}
