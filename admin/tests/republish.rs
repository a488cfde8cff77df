//! `admin republish` against a local server whose streams nobody reads.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "this is test code")]

use std::process::{Command, Output};

use local::{Options, Server};
use serde_json::{Value, json};
use shared::dynamo::{connect_to, number, string};

fn republish(server: &Server, arguments: &[&str]) -> Output {
    let program = env!("CARGO_BIN_EXE_admin");
    Command::new(program)
        .args(["republish", "--endpoint", &server.database])
        .args(arguments)
        .output()
        .unwrap()
}

#[track_caller]
fn said(output: &Output) -> String {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout.clone()).unwrap()
}

/// The data of the answer to a request, with a body if it is to create something.
async fn data(server: &Server, path: &str, body: Option<&Value>) -> Value {
    let (http, url) = (reqwest::Client::new(), format!("{}{path}", server.url));
    let request = match body {
        Some(body) => http.post(url).body(body.to_string()),
        None => http.get(url),
    };
    let mut answer: Value = request.send().await.unwrap().json().await.unwrap();
    answer["data"].take()
}

async fn create_session(server: &Server) -> String {
    data(server, "/checkout-sessions", Some(&json!({}))).await["id"].as_str().unwrap().to_owned()
}

async fn create_order(server: &Server, session: Option<&str>) {
    let token = "0x833589fcd6edb6e08f4c7c32d4f71b54bda02913";
    let order = json!({
        "type": "deposit_first", "recipientAddress": "0xa7539d73700b1726ebe1eef9d4d8ccdf3f4e3b44",
        "srcChain": 8453, "dstChain": 8453, "srcTokenAddress": token, "dstTokenAddress": token,
        "checkoutSessionId": session,
    });
    assert!(data(server, "/orders", Some(&order)).await["id"].is_string());
}

async fn published(server: &Server) -> usize {
    data(server, "/events?limit=100", None).await["events"].as_array().unwrap().len()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_no_stream_tells_of_any_more_is_published_once() {
    let server = Server::start(Options::default()).await.unwrap();
    let linked = create_session(&server).await;
    create_order(&server, Some(&linked)).await;
    create_order(&server, None).await;
    create_session(&server).await;
    assert_eq!(
        said(&republish(&server, &["--since", "2200-01-01T00:00:00Z"])),
        "0 sessions and orders, 0 events published\n"
    );
    assert_eq!(published(&server).await, 0);
    // A session's order is part of its session's story.
    assert_eq!(
        said(&republish(&server, &["--since", "2020-01-01T00:00:00Z"])),
        "3 sessions and orders, 4 events published\n"
    );
    assert_eq!(published(&server).await, 4);
    assert_eq!(said(&republish(&server, &[])), "3 sessions and orders, 0 events published\n");
    server.catch_up().await.unwrap();
    assert_eq!(published(&server).await, 4);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_published_is_named_and_holds_up_no_other() {
    let server = Server::start(Options::default()).await.unwrap();
    let (poison, _) = (create_session(&server).await, create_session(&server).await);
    // Its metadata was text; as a number the item cannot be read.
    let update = connect_to(&server.database).unwrap().update_item().table_name("SessionsTable");
    let update = update.key("id", string(&poison)).update_expression("SET metadata = :n");
    update.expression_attribute_values(":n", number(1)).send().await.unwrap();
    let output = republish(&server, &[]);
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success() && told.contains(&format!("{poison} could not be published")), "{told}");
    assert_eq!(published(&server).await, 1);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_command_cannot_do_it_says() {
    let server = Server::start(Options::default()).await.unwrap();
    let wrong: [(&[&str], &str); 2] =
        [(&["--since", "yesterday"], "must be a time"), (&["--sessions-table", "Nowhere"], "cannot be read")];
    for (arguments, said) in wrong {
        let output = republish(&server, arguments);
        let told = String::from_utf8_lossy(&output.stderr);
        assert!(!output.status.success() && told.contains(said), "{arguments:?}: {told}");
    }
    server.stop().await;
}
