//! Requests with an `Idempotency-Key`: sent twice, they take effect once.

use futures_util::future::join_all;
use reqwest::{Method, StatusCode, header::HeaderMap};
use serde_json::{Value, json};
use tests::{
    client::{Answer, Api, BUYER, order},
    proxy::{Fault, Proxy},
    scenario::Scenario,
};

async fn post(api: &Api, path: &str, body: &Value, key: &str) -> Answer {
    let headers = HeaderMap::from_iter([("idempotency-key".parse().unwrap(), key.parse().unwrap())]);
    api.send_with(Method::POST, path, body.to_string(), headers).await
}

fn is_replay(answer: &Answer) -> bool {
    answer.headers.get("idempotent-replayed").is_some_and(|value| value == "true")
}

fn order_of(session: Option<&str>) -> Value {
    let mut body = order(session);
    body["creatorAddress"] = BUYER.into();
    body
}

async fn listed(api: &Api) -> usize {
    api.get(&format!("/orders?creatorAddress={BUYER}")).await.ok().as_array().unwrap().len()
}

#[tokio::test]
async fn the_same_key_with_the_same_body_gives_the_first_answer_again() {
    let api = Scenario::new().start().await;
    let session = json!({"metadata": {"n": 1.0}, "expires_in": 300});
    for (path, body) in [("/checkout-sessions", session), ("/orders", order_of(None))] {
        let first = post(&api, path, &body, "a").await;
        assert!(!is_replay(&first));
        api.advance_clock(3600.0).await;
        let second = post(&api, path, &body, "a").await;
        assert!(is_replay(&second), "{path}");
        assert_eq!(second.text, first.text);
        assert!(!is_replay(&post(&api, path, &body, "b").await));
    }
    assert_eq!(listed(&api).await, 2);
}

#[tokio::test]
async fn another_body_under_a_key_is_a_conflict() {
    let api = Scenario::new().start().await;
    post(&api, "/checkout-sessions", &json!({}), "a").await.ok();
    post(&api, "/checkout-sessions", &json!({"expires_in": 300}), "a")
        .await
        .refused(409, "idempotency_conflict");
    post(&api, "/orders", &order_of(None), "a").await.ok();
    post(&api, "/orders", &order(None), "a").await.refused(409, "idempotency_conflict");
    assert_eq!(listed(&api).await, 1);
}

#[tokio::test]
async fn a_refused_request_does_not_use_its_key_up() {
    let api = Scenario::new().start().await;
    let (session, _) = api.create_linked().await;
    post(&api, "/orders", &order_of(Some(&session)), "a").await.refused(409, "session_has_order");
    post(&api, "/orders", &json!({}), "a").await.refused(400, "invalid_field");
    assert!(!is_replay(&post(&api, "/orders", &order_of(None), "a").await));
}

#[tokio::test]
async fn a_repeated_order_for_a_session_is_no_conflict_with_itself() {
    let api = Scenario::new().start().await;
    let session = api.create_session().await;
    let body = order_of(Some(&session));
    let first = post(&api, "/orders", &body, "a").await.ok();
    api.expire(&session).await.ok();
    let second = post(&api, "/orders", &body, "a").await;
    assert!(is_replay(&second));
    assert_eq!(second.ok(), first);
    post(&api, "/orders", &body, "b").await.refused(400, "session_not_open");
}

#[tokio::test(flavor = "multi_thread")]
async fn simultaneous_twins_create_one_thing() {
    let api = Scenario::new().start().await;
    let session = api.create_session().await;
    for body in [order_of(None), order_of(Some(&session))] {
        let before = listed(&api).await;
        let key = body["checkoutSessionId"].as_str().unwrap_or("no session");
        let answers = join_all((0..32).map(|_| post(&api, "/orders", &body, key))).await;
        assert_eq!(answers.iter().filter(|answer| !is_replay(answer)).count(), 1);
        assert!(
            answers.iter().all(|answer| answer.status == StatusCode::OK && answer.text == answers[0].text)
        );
        assert_eq!(listed(&api).await, before + 1);
    }
}

#[tokio::test]
async fn a_key_has_1_to_255_characters() {
    let api = Scenario::new().start().await;
    post(&api, "/checkout-sessions", &json!({}), &"k".repeat(255)).await.ok();
    for bad in ["", &"k".repeat(256), "\u{e9}"] {
        let answer = post(&api, "/checkout-sessions", &json!({}), bad).await;
        assert_eq!(answer.refused(400, "invalid_field")["param"], "Idempotency-Key");
    }
}

#[tokio::test]
async fn a_key_costs_no_round_trip_and_outlives_lost_answers() {
    let proxy = Proxy::start().await;
    let api = Scenario::new().behind(&proxy).start().await;
    for (path, body) in [("/checkout-sessions", json!({})), ("/orders", order_of(None))] {
        proxy.take_operations();
        post(&api, path, &body, "a").await.ok();
        assert!(is_replay(&post(&api, path, &body, "a").await));
        assert_eq!(proxy.take_operations(), ["TransactWriteItems"; 2]);

        proxy.inject("TransactWriteItems", &Fault::AnswerLost, 20);
        post(&api, path, &body, "b").await.refused(503, "unavailable");
        proxy.heal();
        assert!(is_replay(&post(&api, path, &body, "b").await));
    }
    assert_eq!(listed(&api).await, 2);
}

#[tokio::test]
async fn a_key_is_kept_for_a_day() {
    let api = Scenario::new().embedded().start().await; // the embedded engine follows the server's clock
    post(&api, "/checkout-sessions", &json!({}), "a").await.ok();
    api.advance_clock(86_400.0 - 10.0).await;
    assert!(is_replay(&post(&api, "/checkout-sessions", &json!({}), "a").await));
    api.advance_clock(20.0).await;
    assert!(!is_replay(&post(&api, "/checkout-sessions", &json!({}), "a").await));
}
