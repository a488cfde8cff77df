//! Webhook endpoints belong to their merchant alone: creating one decides the target of data.

use reqwest::Method;
use serde_json::{Value, json};
use shared::keys::Scope;
use tests::{client::Api, receiver::Receiver, scenario::Scenario};

use super::shops;

const DELIVERY: &str = "whd_1759387148312_evt_0b2f6d1c5a3e8f479c1c0199a3c0d5e8_1";

/// Every request about webhooks, and about the endpoint with this id.
pub(super) fn endpoints(id: &str) -> impl Iterator<Item = (Method, String, Value)> {
    let one = format!("/webhook-endpoints/{id}");
    [
        (Method::POST, "/webhook-endpoints".to_owned(), json!({"url": "http://127.0.0.1:9/"})),
        (Method::GET, "/webhook-endpoints".to_owned(), json!({})),
        (Method::GET, one.clone(), json!({})),
        (Method::PATCH, one.clone(), json!({"enabled": false})),
        (Method::POST, format!("{one}/rotate-secret"), json!({})),
        (Method::POST, format!("{one}/test"), json!({})),
        (Method::GET, format!("{one}/deliveries"), json!({})),
        (Method::POST, format!("{one}/deliveries/{DELIVERY}/redeliver"), json!({})),
        (Method::DELETE, one, json!({})),
    ]
    .into_iter()
}

/// Creates an endpoint at a receiver; returns its id.
async fn made(api: &Api, receiver: &Receiver) -> String {
    let made = api.post("/webhook-endpoints", &json!({"url": receiver.url})).await.ok();
    made["id"].as_str().unwrap().to_owned()
}

async fn listed(api: &Api) -> Vec<Value> {
    let endpoints = api.get("/webhook-endpoints").await.ok();
    endpoints.as_array().unwrap().iter().map(|endpoint| endpoint["id"].clone()).collect()
}

#[tokio::test]
async fn one_merchant_never_reaches_anothers_webhook_endpoint() {
    let (mut api, ours, theirs) = shops().await;
    let operator = api.make_key("default", Scope::Write, None).await;
    let receiver = Receiver::start().await;
    api.use_key(Some(&ours));
    let id = made(&api, &receiver).await;
    let before = api.get(&format!("/webhook-endpoints/{id}")).await.ok();
    for other in [&theirs, &operator] {
        api.use_key(Some(other));
        assert_eq!(listed(&api).await, Vec::<Value>::new());
        for (method, path, body) in endpoints(&id).filter(|(_, path, _)| path.contains(&id)) {
            let answer = api.send(method, &path, body.to_string()).await;
            answer.refused(404, "webhook_endpoint_not_found");
        }
    }
    api.use_key(Some(&ours));
    assert_eq!(api.get(&format!("/webhook-endpoints/{id}")).await.ok(), before);
    assert!(receiver.messages().is_empty());
}

#[tokio::test]
async fn one_merchants_events_never_reach_anothers_webhook_endpoint() {
    let (mut api, ours, theirs) = shops().await;
    let (our_receiver, their_receiver) = (Receiver::start().await, Receiver::start().await);
    api.use_key(Some(&theirs));
    made(&api, &their_receiver).await;
    api.use_key(Some(&ours));
    made(&api, &our_receiver).await;
    let (session, _) = api.create_linked().await;
    api.server.catch_up().await.unwrap();
    assert!(their_receiver.messages().is_empty());
    let messages = our_receiver.messages();
    let told: Vec<_> = messages.iter().map(|it| it.body()["checkout_session_id"].clone()).collect();
    assert_eq!(told, [session.clone(), session]);
}

#[tokio::test]
async fn each_merchant_may_have_as_many_webhook_endpoints() {
    let (mut api, ours, theirs) = shops().await;
    let body = json!({"url": "http://127.0.0.1:9/"});
    api.use_key(Some(&ours));
    for _ in 0..16 {
        api.post("/webhook-endpoints", &body).await.ok();
    }
    api.post("/webhook-endpoints", &body).await.refused(409, "too_many_webhook_endpoints");
    api.use_key(Some(&theirs));
    api.post("/webhook-endpoints", &body).await.ok();
}

#[tokio::test]
async fn a_reading_key_sees_webhook_endpoints_and_changes_none() {
    let (mut api, ours, _) = shops().await;
    let reading = api.make_key("ours", Scope::Read, None).await;
    let receiver = Receiver::start().await;
    api.use_key(Some(&ours));
    let id = made(&api, &receiver).await;
    let before = api.get(&format!("/webhook-endpoints/{id}")).await.ok();
    api.use_key(Some(&reading));
    for (method, path, body) in endpoints(&id) {
        let answer = api.send(method.clone(), &path, body.to_string()).await;
        match method {
            Method::GET => drop(answer.ok()),
            _ => drop(answer.refused(403, "forbidden")),
        }
    }
    assert_eq!(api.get(&format!("/webhook-endpoints/{id}")).await.ok(), before);
    assert_eq!(listed(&api).await, [json!(id)]);
    assert!(receiver.messages().is_empty());
}

/// Otherwise any caller could have all data sent to its own URL.
#[tokio::test]
async fn in_a_deployment_without_keys_there_are_no_webhook_endpoints() {
    let api = Scenario::new().with(|it| it.closed_lists = true).start().await;
    for (method, path, body) in endpoints("we_0b2f6d1c5a3e4f479c1c0199a3c0d5e8") {
        api.send(method, &path, body.to_string()).await.refused(403, "keys_off");
    }
}
