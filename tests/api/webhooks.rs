//! Webhooks: merchants' events reach their endpoints, signed, under any failure on the way.

mod attacks;
mod delivering;
mod endpoints;
mod failing;

use std::collections::{BTreeMap, BTreeSet};

use reqwest::Method;
use serde_json::{Value, json};
use standardwebhooks::Webhook;
use tests::{
    client::{Api, executed},
    receiver::{Message, Receiver},
};

/// Creates an endpoint; returns it with its secret.
async fn endpoint(api: &Api, body: &Value) -> Value {
    api.post("/webhook-endpoints", body).await.ok()
}

/// Creates an endpoint for all events at a receiver; returns its id and its secret.
async fn endpoint_at(api: &Api, receiver: &Receiver) -> (String, String) {
    let made = endpoint(api, &json!({"url": receiver.url})).await;
    (text(&made["id"]), text(&made["secret"]))
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

async fn patch(api: &Api, id: &str, body: &Value) -> Value {
    api.send(Method::PATCH, &format!("/webhook-endpoints/{id}"), body.to_string()).await.ok()
}

/// All deliveries to an endpoint, newest first, read page by page.
async fn deliveries(api: &Api, id: &str) -> Vec<Value> {
    let (mut found, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = api.get(&format!("/webhook-endpoints/{id}/deliveries?limit=7&cursor={cursor}")).await.ok();
        found.extend(page["deliveries"].as_array().unwrap().iter().cloned());
        if page["has_more"] == false {
            assert_eq!(page["next_cursor"], Value::Null);
            return found;
        }
        cursor = text(&page["next_cursor"]);
    }
}

async fn statuses(api: &Api, id: &str) -> BTreeSet<String> {
    deliveries(api, id).await.iter().map(|delivery| text(&delivery["status"])).collect()
}

/// A session that is paid and executed: six events.
async fn sell(api: &Api) -> String {
    let (session, order) = api.create_linked().await;
    api.tell(&order, &api.deposit("a", 1_000_000)).await.ok();
    api.tell(&order, &executed("b", api.now())).await.ok();
    session
}

/// All events of the merchant.
async fn feed(api: &Api) -> Vec<Value> {
    let page = api.get("/events?limit=100").await.ok();
    assert_eq!(page["has_more"], false);
    page["events"].as_array().unwrap().clone()
}

/// Each event once, as `GET /events` shows it, without duplicates.
fn told(messages: &[Message]) -> Vec<Value> {
    let mut events = BTreeMap::new();
    for message in messages {
        let body = message.body();
        assert_eq!(message.header("webhook-id"), body["id"], "the message has its event's id");
        assert_eq!(message.header("content-type"), "application/json");
        let before = events.insert(text(&body["cursor"]), body.clone());
        assert!(before.is_none_or(|before| before == body), "the same event twice, and different");
    }
    events.into_values().collect()
}

/// Verifies a message as the specification's own library does.
fn verify(secret: &str, message: &Message) {
    Webhook::new(secret).unwrap().verify(message.text.as_bytes(), &message.headers).unwrap();
}
