//! Reads that DynamoDB does not isolate from transactions, or leaves unfinished. The engines in tests do neither, so
//! the proxy does.

use serde_json::{Value, json};
use tests::{
    client::{Api, BUYER, order},
    proxy::{Fault, Proxy},
    scenario::Scenario,
};

async fn watched() -> (Proxy, Api) {
    let proxy = Proxy::start().await;
    let api = Scenario::new().behind(&proxy).start().await;
    (proxy, api)
}

/// As if only a part of the transaction with the evidence were visible.
fn without_evidence(answer: &mut Value) {
    let items = answer["Items"].as_array_mut().unwrap();
    items.retain(|item| item["sk"]["S"] == "order");
    answer["Count"] = items.len().into();
}

#[tokio::test]
async fn an_order_without_all_of_its_evidence_is_read_again() {
    let (proxy, api) = watched().await;
    let (_, order) = api.create_linked().await;
    api.tell(&order, &api.deposit("a", 400_000)).await.ok();
    proxy.take_operations();
    proxy.inject("Query", &Fault::Rewritten(without_evidence), 2);
    assert_eq!(api.order(&order).await["depositTxs"].as_array().unwrap().len(), 1);
    assert_eq!(proxy.take_operations(), ["Query"; 3]);

    // Derived from the visible part, the second deposit alone would not pay the order.
    proxy.inject("Query", &Fault::Rewritten(without_evidence), 1);
    let told = api.tell(&order, &api.deposit("b", 600_000)).await.ok();
    assert_eq!(told["order"]["status"], "executing");
}

/// As if the session had been read before its order was paid.
fn before_the_payment(answer: &mut Value) {
    answer["Item"]["status"] = json!({"S": "open"});
    answer["Item"]["order_status"] = json!({"S": "scanning_deposit_transaction"});
}

#[tokio::test]
async fn a_session_and_an_order_of_two_moments_are_read_again() {
    let (proxy, api) = watched().await;
    let (session, order) = api.create_linked().await;
    api.tell(&order, &api.deposit("a", 1_000_000)).await.ok();
    proxy.take_operations();
    proxy.inject("GetItem", &Fault::Rewritten(before_the_payment), 1);
    let seen = api.get(&format!("/checkout-sessions/{session}?include=order")).await.ok();
    assert_eq!(
        (&seen["status"], &seen["order"]["order"]["status"]),
        (&json!("processing"), &json!("executing"))
    );
    assert_eq!(proxy.take_operations(), ["GetItem", "Query", "GetItem", "Query"]);
}

/// As a throttled table does.
fn half_done(answer: &mut Value) {
    let (table, items) = answer["Responses"].as_object_mut().unwrap().iter_mut().next().unwrap();
    let left: Vec<_> = items.as_array_mut().unwrap().split_off(1);
    let key = |item: &Value| json!({"pk": {"S": format!("order#{}", item["id"]["S"].as_str().unwrap())}, "sk": {"S": "order"}});
    let keys: Vec<_> = left.iter().map(key).collect();
    answer["UnprocessedKeys"] = json!({table.clone(): {"Keys": keys, "ConsistentRead": true}});
}

#[tokio::test]
async fn a_list_that_was_read_in_part_is_read_to_its_end() {
    let (proxy, api) = watched().await;
    let mut body = order(None);
    body["creatorAddress"] = BUYER.into();
    for _ in 0..3 {
        api.post("/orders", &body).await.ok();
    }
    proxy.inject("BatchGetItem", &Fault::Rewritten(half_done), 2);
    let listed = api.get(&format!("/orders?creatorAddress={BUYER}")).await.ok();
    assert_eq!(listed.as_array().unwrap().len(), 3);
    assert_eq!(proxy.heal(), 0);
}
