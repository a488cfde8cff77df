//! The shapes of stored items, of every kind: deployments hold them, so a change here is a change to their data. The
//! service itself writes each kind, those that only updates create included.

use std::collections::{BTreeMap, BTreeSet};

use reqwest::{
    Method,
    header::{HeaderMap, HeaderValue},
};
use serde_json::{Value, json};
use shared::{chains::Chains, keys::Scope};
use tests::{
    client::{Api, BUYER, executed, order},
    proxy::Proxy,
    receiver::{Manner, Receiver},
    scenario::Scenario,
};

use crate::feed::publishing::add_dust;

/// The attributes of each kind of item, with their types. A question mark follows attributes that not all items have.
type Shapes = BTreeMap<String, BTreeMap<String, String>>;

const TABLES: [&str; 5] = ["EventsTable", "KeysTable", "OrdersTable", "SessionsTable", "WebhooksTable"];

/// The kind of an item, by its key: see `shared/src/dynamo/keys.rs`.
fn kind(table: &str, item: &Value) -> &'static str {
    let partition = item["id"].as_object().filter(|_| item["pk"].is_null()).or(item["pk"].as_object());
    let (partition, sort) = (partition.unwrap()["S"].as_str().unwrap(), item["sk"]["S"].as_str());
    match (table, partition.split('#').next().unwrap(), sort) {
        ("SessionsTable", ..) if partition.contains("idempotency#") => "used idempotency key",
        ("SessionsTable", ..) => "session",
        ("OrdersTable", "order", Some("order")) if item["id"].is_null() => {
            "expiry of an order that never was"
        }
        ("OrdersTable", "order", Some("order")) => "order",
        ("OrdersTable", "order", Some(_)) => "piece of evidence",
        ("OrdersTable", "folded", _) => "folded deposit",
        ("OrdersTable", "awaited", _) => "watched deposit address",
        ("OrdersTable", ..) if partition.contains("creator#") => "entry of a creator's list",
        ("KeysTable", ..) => "API key",
        ("EventsTable", "feed", _) => "segment of a feed",
        ("EventsTable", "subject", _) => "count of a subject's published events",
        ("WebhooksTable", "endpoints", _) => "endpoint",
        ("WebhooksTable", "fan", _) => "state of a merchant's deliveries",
        ("WebhooksTable", "deliveries", _) => "delivery",
        ("WebhooksTable", "due", _) => "due delivery",
        ("WebhooksTable", "lane", _) => "lease of an endpoint",
        other => panic!("an item of an unknown kind: {other:?}"),
    }
}

/// The number of kinds.
const KINDS: usize = 16;

fn type_of(value: &Value) -> String {
    let (name, inner) = value.as_object().unwrap().iter().next().unwrap();
    match inner {
        Value::Object(members) => {
            let members: BTreeMap<_, _> =
                members.iter().map(|(name, value)| (name, type_of(value))).collect();
            let members: Vec<_> = members.into_iter().map(|(name, kind)| format!("{name}: {kind}")).collect();
            format!("{name} {{{}}}", members.join(", "))
        }
        Value::Array(items) => {
            let kinds: BTreeSet<_> = items.iter().map(type_of).collect();
            format!("{name} [{}]", kinds.into_iter().collect::<Vec<_>>().join(" | "))
        }
        _ => name.clone(),
    }
}

/// Every item of the tables, by kind.
async fn shapes(proxy: &Proxy) -> Shapes {
    let mut items = BTreeMap::<&str, Vec<Value>>::new();
    for table in TABLES {
        let found = proxy.call("Scan", &json!({"TableName": proxy.table(table)})).await;
        assert_eq!(found["LastEvaluatedKey"], Value::Null);
        for item in found["Items"].as_array().unwrap() {
            items.entry(kind(table, item)).or_default().push(item.clone());
        }
    }
    let shape = |items: Vec<Value>| {
        let mut types = BTreeMap::<String, (usize, BTreeSet<String>)>::new();
        for item in &items {
            for (name, value) in item.as_object().unwrap() {
                let entry = types.entry(name.clone()).or_default();
                entry.0 += 1;
                entry.1.insert(type_of(value));
            }
        }
        let rest = |(name, (count, kinds)): (String, (usize, BTreeSet<String>))| {
            let mark = if count < items.len() { "?" } else { "" };
            (format!("{name}{mark}"), kinds.into_iter().collect::<Vec<_>>().join(" | "))
        };
        types.into_iter().map(rest).collect()
    };
    items.into_iter().map(|(kind, items)| (kind.to_owned(), shape(items))).collect()
}

/// Creates sessions and orders in each state, with and without everything that is optional.
async fn sell(api: &Api) {
    let keyed = HeaderMap::from_iter([("idempotency-key".parse().unwrap(), HeaderValue::from_static("k"))]);
    let full = json!({"success_url": "https://shop.example/{SESSION_ID}", "cancel_url": "https://shop.example/",
        "metadata": {"a": 1}, "client_reference_id": "cart-17"});
    let made = api.send_with(Method::POST, "/checkout-sessions", full.to_string(), keyed).await.ok();
    let session = made["id"].as_str().unwrap();
    let mut wanted = order(Some(session));
    wanted["creatorAddress"] = BUYER.into();
    wanted["partnerId"] = "partner".into();
    wanted["clientReferenceId"] = "cart-17".into();
    wanted["onramp"] = json!({"vendor": "coinbase", "paymentMethod": "card", "country": "US"});
    let id = api.post("/orders", &wanted).await.ok()["id"].as_str().unwrap().to_owned();
    api.tell(&id, &api.deposit("a", 1_000_000)).await.ok();
    api.tell(&id, &executed("b", api.now())).await.ok();

    let (_, failing) = api.create_linked().await;
    api.tell(&failing, &api.deposit("a", 1_000_000)).await.ok();
    let pieces = json!([
        {"id": "p", "kind": "progress", "occurredAt": 1, "status": "executing"},
        {"id": "h", "kind": "relay", "occurredAt": 1, "chain": 8453, "txHash": "0x1", "status": "pending"},
        {"id": "w", "kind": "withdrawn", "occurredAt": 2, "evidence": "none"},
        {"id": "r", "kind": "refunding", "occurredAt": 2, "detail": "no route"},
        {"id": "s", "kind": "refund", "occurredAt": 3, "chain": 8453, "txHash": "0x9", "amount": "1", "status": "failure"},
        {"id": "f", "kind": "failure", "occurredAt": 4, "detail": "reverted"},
    ]);
    api.tell(&failing, &pieces).await.ok();
    let (open, ended) = (api.create_session().await, api.create_linked().await);
    api.create_order(None).await.ok();
    api.expire(&open).await.ok();
    api.expire(&ended.0).await.ok();
    api.create_session().await;
}

/// Makes an order fold deposits.
async fn flood(api: &Api, proxy: &Proxy) {
    let (_, order) = api.create_linked().await;
    api.tell(&order, &api.deposit("first", 1)).await.ok();
    add_dust(proxy, &order, 199).await;
    let mut other = api.deposit("other", 1);
    other["token"] = BUYER.into();
    other["from"] = Value::Null;
    api.tell(&order, &json!([api.deposit("dust", 1), other])).await.ok();
}

#[tokio::test]
async fn every_kind_of_item_keeps_its_shape() {
    let proxy = Proxy::start().await;
    let chains = Chains::parse(r#"{"8453": {"rpc": ["http://127.0.0.1:9"]}}"#).unwrap();
    let scenario = Scenario::new().behind(&proxy).with_keys().watching(chains);
    let mut api = scenario.with(|it| it.leave_chains = true).start().await;
    let receiver = Receiver::start().await;
    for owner in ["default", "ours"] {
        let key = api.make_key(owner, Scope::Write, Some(1_000_000_000)).await;
        api.use_key(Some(&key));
        let endpoint =
            json!({"url": receiver.url, "description": "notes", "event_types": ["order.executed"]});
        let id = api.post("/webhook-endpoints", &endpoint).await.ok()["id"].as_str().unwrap().to_owned();
        api.post(&format!("/webhook-endpoints/{id}/rotate-secret"), &json!({})).await.ok();
        api.post("/webhook-endpoints", &json!({"url": receiver.url})).await.ok();
        api.post(&format!("/webhook-endpoints/{id}/test"), &json!({})).await.ok();
        sell(&api).await;
    }
    receiver.behave(Manner::Answers(500));
    api.server.catch_up().await.unwrap();
    flood(&api, &proxy).await;
    let shapes = shapes(&proxy).await;
    assert_eq!(shapes.len(), KINDS);
    insta::assert_json_snapshot!(shapes);
}
