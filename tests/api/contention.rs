//! Contention as DynamoDB shows it, for longer than any retry lasts: the loser of a race learns of it.

use futures_util::future::{join, join_all};
use reqwest::{
    StatusCode,
    header::{HeaderMap, HeaderValue},
};
use serde_json::{Value, json};
use tests::{
    client::{Answer, Api, order},
    proxy::{Fault, Proxy},
    scenario::Scenario,
};

/// More than any call is repeated.
const FOREVER: usize = 10_000;

const CONTENTION: [Fault; 4] =
    [Fault::Conflict, Fault::InProgress, Fault::Throttled, Fault::ThroughputExceeded];

async fn start() -> (Proxy, Api) {
    let proxy = Proxy::start().await;
    let api = Scenario::new().behind(&proxy).start().await;
    (proxy, api)
}

/// Makes every transaction fail.
fn contend(proxy: &Proxy, fault: &Fault) {
    proxy.inject("TransactWriteItems", fault, FOREVER);
}

async fn post(api: &Api, path: &str, body: &Value, key: &str) -> Answer {
    let headers =
        HeaderMap::from_iter([("idempotency-key".parse().unwrap(), HeaderValue::from_str(key).unwrap())]);
    api.send_with(reqwest::Method::POST, path, body.to_string(), headers).await
}

#[tokio::test(flavor = "multi_thread")]
async fn who_comes_second_gets_the_409_that_names_the_order_while_no_transaction_gets_through() {
    join_all(CONTENTION.map(|fault| async move {
        let (proxy, api) = start().await;
        let (session, winner) = api.create_linked().await;
        contend(&proxy, &fault);
        let refused = api.create_order(Some(&session)).await.refused(409, "session_has_order");
        assert_eq!(refused["orderId"], json!(winner), "{fault:?}");
    }))
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_has_ended_is_said_to_have_ended_while_no_transaction_gets_through() {
    join_all(CONTENTION.map(|fault| async move {
        let (proxy, api) = start().await;
        let session = api.create_session().await;
        api.expire(&session).await.ok();
        contend(&proxy, &fault);
        api.expire(&session).await.refused(400, "session_not_open");
        api.create_order(Some(&session)).await.refused(400, "session_not_open");
        let nobodys = "0b2f6d1c-5a3e-8f47-9c1c-0199a3c0d5e8";
        api.create_order(Some(nobodys)).await.refused(400, "session_not_found");
    }))
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_used_idempotency_key_repeats_its_answer_while_no_transaction_gets_through() {
    join_all(CONTENTION.map(|fault| async move {
        let (proxy, api) = start().await;
        let made = post(&api, "/checkout-sessions", &json!({}), "a").await.ok();
        let body = order(made["id"].as_str());
        let ordered = post(&api, "/orders", &body, "a").await.ok();
        contend(&proxy, &fault);
        assert_eq!(post(&api, "/checkout-sessions", &json!({}), "a").await.ok(), made, "{fault:?}");
        assert_eq!(post(&api, "/orders", &body, "a").await.ok(), ordered, "{fault:?}");
        let other = json!({"client_reference_id": "other"});
        post(&api, "/checkout-sessions", &other, "a").await.refused(409, "idempotency_conflict");
    }))
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_nobody_has_won_is_a_503_and_succeeds_later() {
    join_all(CONTENTION.map(|fault| async move {
        let (proxy, api) = start().await;
        let session = api.create_session().await;
        contend(&proxy, &fault);
        api.create_order(Some(&session)).await.refused(503, "unavailable");
        api.expire(&session).await.refused(503, "unavailable");
        proxy.heal();
        api.create_order(Some(&session)).await.ok();
    }))
    .await;
}

/// The SDK makes eight attempts. The first is carried out and its answer lost; the others find it in progress. Then the
/// call is sent again as a new one.
#[tokio::test(flavor = "multi_thread")]
async fn an_attempt_whose_answer_was_lost_is_this_calls_own_however_late_it_is_found() {
    let (proxy, api) = start().await;
    let session = api.create_session().await;
    proxy.inject("TransactWriteItems", &Fault::AnswerLost, 1);
    proxy.inject("TransactWriteItems", &Fault::InProgress, 7);
    let order = api.create_order(Some(&session)).await.ok();
    assert_eq!((proxy.pending(), &api.session(&session).await["order_id"]), (0, &order["id"]));
    let other = api.create_session().await;
    proxy.inject("TransactWriteItems", &Fault::AnswerLost, 1);
    proxy.inject("TransactWriteItems", &Fault::InProgress, 7);
    api.expire(&other).await.ok();
    assert_eq!((proxy.pending(), &api.session(&other).await["status"]), (0, &json!("expired")));
}

#[tokio::test(flavor = "multi_thread")]
async fn contention_by_chance_leaves_one_winner_and_losers_who_know_it() {
    let (proxy, api) = start().await;
    for round in 0..4 {
        let session = api.create_session().await;
        proxy.fail_at_random(2, &CONTENTION, round);
        let answers = join_all((0..48).map(|_| api.create_order(Some(&session)))).await;
        assert!(proxy.stop_failing() > 0);
        let (won, lost): (Vec<_>, Vec<_>) =
            answers.into_iter().partition(|answer| answer.status == StatusCode::OK);
        assert_eq!(won.len(), 1);
        for answer in lost {
            assert_eq!(answer.refused(409, "session_has_order")["orderId"], won[0].body["data"]["id"]);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn contention_by_chance_leaves_one_truth_of_expiring_and_linking() {
    let (proxy, api) = start().await;
    for round in 0..20 {
        let session = api.create_session().await;
        proxy.fail_at_random(2, &CONTENTION, round);
        let (expire, link) = join(api.expire(&session), api.create_order(Some(&session))).await;
        proxy.stop_failing();
        expire.ok();
        let seen = api.session(&session).await;
        assert_eq!(seen["status"], "expired");
        match link.status {
            StatusCode::OK => assert_eq!(seen["order_id"], link.ok()["id"]),
            _ => drop(link.refused(400, "session_not_open")),
        }
    }
}
