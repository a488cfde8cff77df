//! Orders of callers without a key: what they may hold, and what they cost at most.

use std::{sync::Arc, time::Duration};

use serde_json::{Value, json};
use shared::{dynamo::metered, keys::Scope};
use tests::{
    client::{Api, BUYER, order},
    proxy::{Fault, Proxy},
    scenario::Scenario,
};
use tokio::sync::Semaphore;

use super::{deployed, session_of};
use crate::request_log::request;

/// The bounds of docs/limits.md.
const PAYLOAD_BYTES: usize = 4096;
const METADATA_BYTES: usize = 2048;
const UNITS: f64 = 60.0;

/// An object of this many bytes, with these members before its filling.
fn filled(members: &Value, bytes: usize) -> Value {
    let mut object = members.clone();
    object["x"] = "".into();
    let missing = bytes - object.to_string().len();
    object["x"] = "x".repeat(missing).into();
    assert_eq!(object.to_string().len(), bytes);
    object
}

/// The largest order that a caller without a key may create: every text has its greatest length, in the characters
/// that take most bytes.
fn largest(session: &str) -> Value {
    let mut body = order(Some(session));
    body["payload"] = filled(&json!({"expectedDstAmount": "1000000"}), PAYLOAD_BYTES);
    let token = json!({"symbol": "x".repeat(400), "name": "x".repeat(400)});
    body["metadata"] = filled(&json!({"srcToken": token, "dstToken": token}), METADATA_BYTES);
    for name in ["creatorAddress", "partnerId"] {
        body[name] = "\u{1f980}".repeat(255).into();
    }
    body["clientReferenceId"] = "r".repeat(255).into();
    body["refundAddress"] = BUYER.into();
    let (word, url) = ("\u{1f980}".repeat(255), format!("https://shop.example/{}", "u".repeat(2027)));
    body["onramp"] =
        json!({"vendor": "coinbase", "paymentMethod": word, "country": word, "redirectUrl": url});
    body
}

async fn shop() -> (Api, String) {
    let api = deployed().start().await;
    let key = api.make_key("shop", Scope::Write, None).await;
    (api, key)
}

#[tokio::test]
async fn a_strangers_order_is_bounded_and_the_error_names_field_and_bound() {
    let (mut api, key) = shop().await;
    let session = session_of(&mut api, &key).await;
    for (name, max) in [("payload", PAYLOAD_BYTES), ("metadata", METADATA_BYTES)] {
        let mut body = largest(&session);
        body[name] = filled(&json!({"expectedDstAmount": "1000000"}), max + 1);
        let answer = api.post("/orders", &body).await;
        assert_eq!(answer.refused(400, "invalid_field")["param"], name);
        let rule = format!("{name} must have {max} bytes at most without an API key");
        assert_eq!(answer.message(), rule);
        // A merchant's may be larger.
        api.use_key(Some(&key));
        body["checkoutSessionId"] = Value::Null;
        api.post("/orders", &body).await.ok();
        api.use_key(None);
    }
    api.post("/orders", &largest(&session)).await.ok();
}

#[tokio::test]
async fn a_strangers_order_costs_no_more_than_the_documented_units() {
    let chains = json!({"8453": {"rpc": ["http://127.0.0.1:9"]}}).to_string();
    let chains = shared::chains::Chains::parse(&chains).unwrap();
    let scenario = deployed().watching(chains).with(|options| options.leave_chains = true);
    let mut api = scenario.start().await;
    let key = api.make_key("shop", Scope::Write, None).await;
    let session = session_of(&mut api, &key).await;
    let mut asked = request("POST /orders", "/orders", ("", ""), "", &largest(&session));
    asked.headers_mut().remove("authorization");
    asked.headers_mut().insert("idempotency-key", "k".repeat(255).parse().unwrap());
    let (answer, spent) = metered(create_order::handle(&api.server.app, &asked)).await;
    assert_eq!(answer.status(), 200, "{:?}", answer.body());
    assert!(spent.capacity_units <= UNITS, "{} units", spent.capacity_units);
    // The bound is no empty promise: an order near it exists.
    assert!(spent.capacity_units > UNITS * 0.8, "{} units", spent.capacity_units);
    let limits = std::fs::read_to_string("../docs/limits.md").unwrap();
    assert!(limits.contains(&format!("{UNITS} capacity units")), "docs/limits.md says another bound");
}

#[tokio::test]
async fn an_unpaid_order_without_a_session_goes_by_itself_and_a_paid_one_stays() {
    let api = Scenario::new().embedded().start().await;
    let mut body = order(None);
    body["creatorAddress"] = BUYER.into();
    let mut ids = Vec::new();
    for _ in 0..3 {
        ids.push(api.post("/orders", &body).await.ok()["id"].as_str().unwrap().to_owned());
    }
    let linked = api.create_linked().await.1;
    let [unpaid, paid, late] = &ids[..] else { unreachable!() };
    api.tell(paid, &api.deposit("a", 1)).await.ok();
    api.advance_clock(3600.0).await;
    assert_eq!(api.order(unpaid).await.status(), "expired");
    api.tell(late, &api.deposit("b", 1)).await.ok();
    api.server.catch_up().await.unwrap();
    let listed = async || api.get(&format!("/orders?creatorAddress={BUYER}")).await.ok();
    assert_eq!(listed().await.as_array().unwrap().len(), 3);

    // A week as a session, and nine days in which payments are watched.
    let day = 24.0 * 3600.0;
    api.advance_clock(16.0 * day - 3600.0).await;
    assert_eq!(api.order(unpaid).await.status(), "expired");
    api.advance_clock(day).await;
    api.get(&format!("/orders/{unpaid}")).await.refused(404, "order_not_found");
    let left = listed().await;
    let left: Vec<_> = left.as_array().unwrap().iter().map(|order| order["id"].as_str().unwrap()).collect();
    assert_eq!(left, [late, paid]);
    assert_eq!(api.order(&linked).await.status(), "expired");
    // Evidence that comes for it now is refused, so it ends in the dead-letter queue.
    let mut piece = tests::client::deposit("c", 1, api.now());
    piece["orderId"] = unpaid.as_str().into();
    let batch = json!({"Records": [{"messageId": "c", "body": piece.to_string()}]});
    let response = record_payment::handle(&api.server.app, serde_json::from_value(batch).unwrap()).await;
    assert_eq!(response.batch_item_failures.len(), 1);
    // The removal is in the stream too, and the feed has what it had.
    api.server.catch_up().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn evidence_that_races_an_orders_removal_leaves_all_or_nothing() {
    let proxy = Proxy::start().await;
    let api = Scenario::new().behind(&proxy).start().await;
    let mut body = order(None);
    body["creatorAddress"] = BUYER.into();
    let id = api.post("/orders", &body).await.ok()["id"].as_str().unwrap().to_owned();
    let mut piece = api.deposit("a", 1);
    piece["orderId"] = id.as_str().into();
    let batch = json!({"Records": [{"messageId": "a", "body": piece.to_string()}]});
    // The evidence has read the order, and its write waits.
    let gate = Arc::new(Semaphore::new(0));
    proxy.inject("TransactWriteItems", &Fault::Held(gate.clone()), 1);
    let app = api.server.app.clone();
    let append =
        tokio::spawn(
            async move { record_payment::handle(&app, serde_json::from_value(batch).unwrap()).await },
        );
    while proxy.pending() > 0 {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let (table, key) = (proxy.table("OrdersTable"), json!({"S": format!("order#{id}")}));
    let removed = json!({"TableName": table, "Key": {"pk": key, "sk": {"S": "order"}}});
    proxy.call("DeleteItem", &removed).await;
    gate.add_permits(1);
    assert_eq!(append.await.unwrap().batch_item_failures.len(), 1);
    let left = json!({"TableName": table, "KeyConditionExpression": "pk = :pk",
                      "ExpressionAttributeValues": {":pk": key}});
    assert_eq!(proxy.call("Query", &left).await["Count"], 0);
}
