//! Messages as they arrive, verified by the specification's own library.
#![allow(clippy::unwrap_used, reason = "this is test code")]

mod support;

use std::{cell::RefCell, process::Command};

use axum::http::{HeaderMap, HeaderValue};
use delivery::{Message, Reach, Sender};
use proptest::{prelude::*, test_runner::TestRunner};
use standardwebhooks::Webhook;
use support::Endpoint;

const SECRET: &str = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD";
const OLDER: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const FOREIGN: &str = "whsec_Y2hlY2tvdXQtY2hlY2tvdXQtY2hlY2tvdXQ=";

const MESSAGE: Message<'_> = Message {
    id: "msg_2KWPBgLlAfxdpx2AI54pPJ85f4W",
    sent_at: 1_674_087_231,
    body: r#"{"type":"order.paid","data":{"payer":"Zoë 💶"}}"#,
    secrets: &[SECRET],
};

#[expect(clippy::disallowed_methods, reason = "receivers compare a message's time with their clock's")]
fn now() -> i64 {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    now.unwrap().as_secs().try_into().unwrap()
}

fn verifies(secret: &str, body: &[u8], headers: &HeaderMap) -> bool {
    Webhook::new(secret).unwrap().verify(body, headers).is_ok()
}

#[tokio::test]
async fn a_message_arrives_as_the_specification_says() {
    let arrived = Endpoint::new().await.receive("/hook/a%20b?token=c%2Fd&e", &MESSAGE).await;
    assert_eq!(
        (arrived.method.as_str(), arrived.uri.to_string().as_str()),
        ("POST", "/hook/a%20b?token=c%2Fd&e")
    );
    assert_eq!(arrived.body, MESSAGE.body);
    let headers = &arrived.headers;
    assert_eq!(headers["webhook-id"], MESSAGE.id);
    assert_eq!(headers["webhook-timestamp"], "1674087231");
    assert_eq!(headers["content-type"], "application/json");
    assert_eq!(headers["content-length"], MESSAGE.body.len().to_string().as_str());
    assert!(headers["user-agent"].to_str().unwrap().starts_with("checkout-webhooks/"));
    // No other header, such as a cookie or an offer to decompress an answer.
    let mut names: Vec<_> = headers.keys().map(|name| name.as_str()).collect();
    names.sort_unstable();
    let expected = ["accept", "content-length", "content-type", "host", "user-agent"];
    assert_eq!(names, [&expected[..], &["webhook-id", "webhook-signature", "webhook-timestamp"]].concat());
}

#[tokio::test]
async fn a_receiver_verifies_a_message_with_any_of_its_secrets() {
    let message = Message { sent_at: now(), secrets: &[SECRET, OLDER], ..MESSAGE };
    let arrived = Endpoint::new().await.receive("/", &message).await;
    for secret in [SECRET, OLDER] {
        assert!(verifies(secret, &arrived.body, &arrived.headers));
    }
    assert!(!verifies(FOREIGN, &arrived.body, &arrived.headers));
}

#[tokio::test]
async fn a_receiver_notices_whatever_was_changed_on_the_way() {
    let message = Message { sent_at: now(), ..MESSAGE };
    let arrived = Endpoint::new().await.receive("/", &message).await;
    let (body, headers) = (&arrived.body, &arrived.headers);
    assert!(verifies(SECRET, body, headers));
    assert!(!verifies(SECRET, b"{}", headers));
    assert!(!verifies(SECRET, &[body, &b" "[..]].concat(), headers));
    for (name, other) in [
        ("webhook-id", "msg_other".to_owned()),
        ("webhook-timestamp", (message.sent_at + 1).to_string()),
        ("webhook-signature", "v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4=".to_owned()),
    ] {
        let mut changed = headers.clone();
        changed.insert(name, HeaderValue::try_from(other).unwrap());
        assert!(!verifies(SECRET, body, &changed), "{name}");
    }
}

#[tokio::test]
async fn a_receiver_refuses_a_message_that_is_sent_again_later() {
    for sent_at in [now() - 600, now() + 600] {
        let message = Message { sent_at, ..MESSAGE };
        let arrived = Endpoint::new().await.receive("/", &message).await;
        assert!(!verifies(SECRET, &arrived.body, &arrived.headers));
    }
}

#[test]
fn every_message_has_the_signatures_that_another_implementation_makes() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let endpoint = RefCell::new(runtime.block_on(Endpoint::new()));
    let messages = ("[!-\\-/-~]{1,64}", any::<i64>(), any::<String>(), 1..4_usize);
    let mut runner = TestRunner::new(ProptestConfig::with_cases(128));
    let run = runner.run(&messages, |(id, sent_at, body, secrets)| {
        let secrets = &[SECRET, OLDER, FOREIGN][..secrets];
        let message = Message { id: &id, sent_at, body: &body, secrets };
        let arrived = runtime.block_on(endpoint.borrow_mut().receive("/", &message));
        prop_assert_eq!(&arrived.body, body.as_bytes());
        let sign = |secret: &&str| Webhook::new(secret).unwrap().sign(&id, sent_at, body.as_bytes()).unwrap();
        let expected: Vec<_> = secrets.iter().map(sign).collect();
        prop_assert_eq!(&arrived.headers["webhook-signature"], &expected.join(" "));
        Ok(())
    });
    run.unwrap();
}

#[tokio::test]
async fn many_messages_are_sent_at_once() {
    let endpoint = Endpoint::new().await;
    let sender = Sender::new(Reach::Anywhere).unwrap();
    let attempts: Vec<_> = (0..50)
        .map(|_| (sender.clone(), endpoint.url.clone()))
        .map(|(sender, url)| tokio::spawn(async move { sender.send(&url, &MESSAGE).await }))
        .collect();
    for attempt in attempts {
        assert_eq!(attempt.await.unwrap().error, None);
    }
}

#[test]
fn a_proxy_in_the_environment_is_not_used() {
    // No server listens on port 9. This runs in a process of its own, since all tests share the environment.
    let delivery = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "a_message_arrives_as_the_specification_says"])
        .envs(["http_proxy", "HTTP_PROXY", "ALL_PROXY", "all_proxy"].map(|name| (name, "http://127.0.0.1:9")))
        .env_remove("NO_PROXY")
        .env_remove("no_proxy")
        .output()
        .unwrap();
    let output = String::from_utf8_lossy(&delivery.stdout);
    assert!(delivery.status.success() && output.contains("1 passed"), "{output}");
}
