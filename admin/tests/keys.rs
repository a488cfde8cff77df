//! `admin keys` against a local server that requires keys.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "this is test code")]

use std::process::{Command, Output};

use local::{Options, Server};
use reqwest::StatusCode;

fn keys(server: &Server, arguments: &[&str]) -> Output {
    let program = env!("CARGO_BIN_EXE_admin");
    Command::new(program).args(["keys", "--endpoint", &server.database]).args(arguments).output().unwrap()
}

#[track_caller]
fn succeeded(output: &Output) -> String {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout.clone()).unwrap()
}

async fn create_session(server: &Server, key: &str) -> StatusCode {
    let request = reqwest::Client::new().post(format!("{}/checkout-sessions", server.url));
    request.bearer_auth(key).send().await.unwrap().status()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_is_shown_once_works_and_is_revoked() {
    let server = Server::start(Options { api_keys: true, ..Options::default() }).await.unwrap();
    let create = ["create", "--owner", "shop", "--scope", "write", "--expires-in", "90d"];
    let text = succeeded(&keys(&server, &create));
    let key = text.trim();
    assert_eq!(create_session(&server, key).await, StatusCode::OK);

    let listed = succeeded(&keys(&server, &["list"]));
    let id = key.split('_').nth(1).unwrap();
    let secret = key.split('_').nth(2).unwrap();
    assert!(listed.starts_with(&format!("{id} shop write made 2")), "{listed}");
    assert!(listed.contains(", expires 2") && !listed.contains(secret), "{listed}");

    succeeded(&keys(&server, &["revoke", id]));
    assert!(succeeded(&keys(&server, &["list"])).contains(", revoked 2"));
    server.app.clock.advance(60_000);
    assert_eq!(create_session(&server, key).await, StatusCode::UNAUTHORIZED);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_command_cannot_do_it_says() {
    let server = Server::start(Options::default()).await.unwrap();
    let wrong: [&[&str]; 4] = [
        &["create", "--scope", "write", "--owner", "A shop"],
        &["create", "--scope", "everything"],
        &["create"],
        &["revoke", "0123456789abcdef"],
    ];
    for (arguments, said) in wrong.into_iter().zip(["a-z 0-9 -", "read", "--scope", "there is no key"]) {
        let output = keys(&server, arguments);
        let told = String::from_utf8_lossy(&output.stderr);
        assert!(!output.status.success() && told.contains(said), "{arguments:?}: {told}");
    }
    assert_eq!(succeeded(&keys(&server, &["list"])), "");
    server.stop().await;
}
