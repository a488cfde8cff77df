//! The cost of each endpoint: its DynamoDB operations, counted by a proxy.

use std::time::{Duration, Instant};

use crate::terms;
use delivery::{Courier, Notification, Worker};
use publish_events::Batch;
use reqwest::Method;
use serde_json::json;
use shared::kernel::{EndpointId, Owner};
use tests::{
    browser::Browser,
    client::{Api, SHOP, USDC, deposit, order},
    proxy::Proxy,
    receiver::Receiver,
    scenario::Scenario,
};

/// An API with a count of its operations, at zero.
async fn counted() -> (Proxy, Api) {
    let proxy = Proxy::start().await;
    let api = Scenario::new().behind(&proxy).start().await;
    proxy.take_operations();
    (proxy, api)
}

#[tokio::test]
async fn creating_a_session_is_one_put() {
    let (proxy, api) = counted().await;
    api.create_session().await;
    assert_eq!(proxy.take_operations(), ["PutItem"]);
}

#[tokio::test]
async fn reading_a_session_is_one_get_and_its_order_one_query_more() {
    let (proxy, api) = counted().await;
    let (session, _) = api.create_linked().await;
    proxy.take_operations();
    api.session(&session).await;
    assert_eq!(proxy.take_operations(), ["GetItem"]);
    api.get(&format!("/checkout-sessions/{session}?include=order")).await.ok();
    assert_eq!(proxy.take_operations(), ["GetItem", "Query"]);
}

#[tokio::test]
async fn payment_options_cost_nothing() {
    let (proxy, api) = counted().await;
    api.get("/payment-options").await.ok();
    assert!(proxy.take_operations().is_empty());
}

#[tokio::test]
async fn linking_is_one_transaction_without_a_prior_read() {
    let (proxy, api) = counted().await;
    let session = api.create_session().await;
    proxy.take_operations();
    api.create_order(Some(&session)).await.ok();
    assert_eq!(proxy.take_operations(), ["TransactWriteItems"]);
    api.create_order(Some(&session)).await.refused(409, "session_has_order");
    assert_eq!(proxy.take_operations(), ["TransactWriteItems"]);
    api.create_order(None).await.ok();
    assert_eq!(proxy.take_operations(), ["TransactWriteItems"]);
}

/// The terms never change: the read is for the answer and the addresses to watch, and the link's condition compares them.
#[tokio::test]
async fn linking_a_session_with_payment_terms_reads_them_and_creating_it_stays_one_put() {
    let (proxy, api) = counted().await;
    let session = terms::session(&api, &terms::terms()).await;
    assert_eq!(proxy.take_operations(), ["PutItem"]);
    api.create_order(Some(&session)).await.ok();
    assert_eq!(proxy.take_operations(), ["GetItem", "TransactWriteItems"]);
}

/// A choice for a session that has an order already reads it and nothing more.
#[tokio::test]
async fn the_page_reads_as_the_api_does_and_a_choice_reads_the_session_once_more() {
    let (proxy, api) = counted().await;
    let session = terms::session(&api, &terms::terms()).await;
    let browser = Browser::new(&api);
    proxy.take_operations();
    browser.open(&session).await;
    assert_eq!(proxy.take_operations(), ["GetItem"]);
    browser.choose(&session, &format!("8453:{USDC}")).await;
    assert_eq!(proxy.take_operations(), ["GetItem", "GetItem", "TransactWriteItems"]);
    browser.open(&session).await;
    assert_eq!(proxy.take_operations(), ["GetItem", "Query"]);
    browser.choose(&session, &format!("8453:{USDC}")).await;
    assert_eq!(proxy.take_operations(), ["GetItem"]);
    browser.open("nope").await;
    assert!(proxy.take_operations().is_empty());
}

#[tokio::test]
async fn only_an_onramp_that_leaves_its_redirect_to_the_session_reads_it_first() {
    let (proxy, api) = counted().await;
    let session = api.create_session().await;
    proxy.take_operations();
    let mut body = order(Some(&session));
    body["onramp"] = json!({"vendor": "coinbase"});
    api.post("/orders", &body).await.ok();
    assert_eq!(proxy.take_operations(), ["GetItem", "TransactWriteItems"]);
}

#[tokio::test]
async fn expiring_is_one_transaction_with_an_order_and_without() {
    let (proxy, api) = counted().await;
    let session = api.create_session().await;
    let (linked, _) = api.create_linked().await;
    proxy.take_operations();
    api.expire(&session).await.ok();
    assert_eq!(proxy.take_operations(), ["TransactWriteItems"]);
    api.expire(&linked).await.ok();
    assert_eq!(proxy.take_operations(), ["TransactWriteItems"]);
}

#[tokio::test]
async fn an_expiry_is_written_by_the_first_who_tells_of_it_and_only_read_from_then_on() {
    let (proxy, api) = counted().await;
    let session = api.create_session().await;
    api.advance_clock(1800.0).await;
    proxy.take_operations();
    assert_eq!(api.session(&session).await.status(), "expired");
    assert_eq!(proxy.take_operations(), ["GetItem", "TransactWriteItems"]);
    assert_eq!(api.session(&session).await.status(), "expired");
    assert_eq!(proxy.take_operations(), ["GetItem"]);
}

#[tokio::test]
async fn orders_and_lists_and_evidence_cost_what_they_say() {
    let (proxy, api) = counted().await;
    let mut body = order(None);
    body["creatorAddress"] = SHOP.into();
    let id = api.post("/orders", &body).await.ok()["id"].as_str().unwrap().to_owned();
    proxy.take_operations();
    api.order(&id).await;
    assert_eq!(proxy.take_operations(), ["Query"]);
    api.get(&format!("/orders?creatorAddress={SHOP}")).await.ok();
    assert_eq!(proxy.take_operations(), ["Query", "BatchGetItem"]);
    let evidence = deposit("a", 1_000_000, api.now());
    api.tell(&id, &evidence).await.ok();
    assert_eq!(proxy.take_operations(), ["Query", "TransactWriteItems", "Query"]); // the last is the helper's
    api.tell(&id, &evidence).await.ok();
    assert_eq!(proxy.take_operations(), ["Query", "Query"]);
}

#[tokio::test]
async fn listing_sessions_is_a_query_and_a_batch_and_for_what_is_expired_one_query_more() {
    let (proxy, api) = counted().await;
    let session = api.create_session().await;
    api.expire(&session).await.ok();
    proxy.take_operations();
    api.get("/checkout-sessions").await.ok();
    assert_eq!(proxy.take_operations(), [vec!["Query"; 4], vec!["BatchGetItem"]].concat());
    api.get("/checkout-sessions?status=expired").await.ok();
    assert_eq!(proxy.take_operations(), [vec!["Query"; 8], vec!["BatchGetItem"]].concat());
}

#[tokio::test]
async fn webhook_endpoints_cost_what_they_say() {
    let (proxy, api) = counted().await;
    let receiver = Receiver::start().await;
    let made = api.post("/webhook-endpoints", &json!({"url": receiver.url})).await.ok();
    assert_eq!(proxy.take_operations(), ["GetItem", "Query", "TransactWriteItems"]);
    let path = format!("/webhook-endpoints/{}", made["id"].as_str().unwrap());
    let test = api.post(&format!("{path}/test"), &json!({})).await.ok();
    assert_eq!(proxy.take_operations(), ["GetItem", "TransactWriteItems"]);
    let redeliver = format!("{path}/deliveries/{}/redeliver", test["id"].as_str().unwrap());
    for (method, path, operations) in [
        (Method::GET, "/webhook-endpoints", &["Query"][..]),
        (Method::GET, &path, &["GetItem"]),
        (Method::PATCH, &path, &["GetItem", "PutItem"]),
        (Method::POST, &format!("{path}/rotate-secret"), &["GetItem", "PutItem"]),
        (Method::GET, &format!("{path}/deliveries"), &["GetItem", "Query"]),
        // A test event carries its own body; any other is read from the feed.
        (Method::POST, &redeliver, &["GetItem", "GetItem", "TransactWriteItems"]),
        (Method::DELETE, &path, &["TransactWriteItems"]),
    ] {
        api.send(method, path, "").await.ok();
        assert_eq!(proxy.take_operations(), operations, "{path}");
    }
}

async fn publish(api: &Api, session: &str) {
    let change = json!({"ApproximateCreationDateTime": 0, "Keys": {"id": {"S": session}}, "SequenceNumber": "1",
                        "SizeBytes": 1});
    let record = json!({"eventID": "-", "eventName": "INSERT", "awsRegion": "-", "dynamodb": change});
    let batch = Batch::parse(json!({"Records": [record]})).unwrap();
    let published = publish_events::handle(&api.server.app, api.server.queues.as_ref(), batch).await;
    assert!(published.batch_item_failures.is_empty());
}

#[tokio::test]
async fn an_event_costs_two_reads_and_a_transaction_to_deliver_and_a_merchant_without_endpoints_one_read() {
    let (proxy, api) = counted().await;
    let (app, queues, owner) = (&api.server.app, api.server.queues.clone(), Owner::default());
    let queue = async || {
        proxy.take_operations();
        delivery::queue_deliveries(app, queues.as_ref(), &owner, Instant::now() + Duration::from_secs(30))
            .await
            .unwrap();
        proxy.take_operations()
    };
    assert_eq!(queue().await, ["GetItem"]);
    let receiver = Receiver::start().await;
    let made = api.post("/webhook-endpoints", &json!({"url": receiver.url})).await.ok();
    assert_eq!(queue().await, ["GetItem", "Query"]);
    publish(&api, &api.create_session().await).await;
    assert_eq!(queue().await, ["GetItem", "Query", "Query", "TransactWriteItems", "GetItem", "Query"]);
    let endpoint = EndpointId::parse(made["id"].as_str().unwrap()).unwrap();
    let worker = Worker::new(Courier::new(app.clone()).unwrap(), queues.clone());
    let end = Instant::now() + Duration::from_secs(30);
    worker.work(&Notification { owner: owner.clone(), endpoint, delivery: None }, end).await.unwrap();
    let (taking, looking) = (["UpdateItem"], ["GetItem", "Query"]);
    let delivering = ["GetItem", "GetItem", "TransactWriteItems"];
    let all = [&taking[..], &looking, &delivering, &taking, &looking, &["UpdateItem"]].concat();
    assert_eq!(proxy.take_operations(), all);
    let deliveries = format!("/webhook-endpoints/{endpoint}/deliveries");
    let delivered = api.get(&deliveries).await.ok()["deliveries"][0]["id"].clone();
    proxy.take_operations();
    api.post(&format!("{deliveries}/{}/redeliver", delivered.as_str().unwrap()), &json!({})).await.ok();
    assert_eq!(proxy.take_operations(), ["GetItem", "GetItem", "GetItem", "TransactWriteItems"]);
}

#[tokio::test]
async fn what_cannot_exist_is_not_looked_for() {
    let (proxy, api) = counted().await;
    api.get("/checkout-sessions/nope").await.refused(404, "session_not_found");
    api.get("/checkout-sessions/550e8400-e29b-41d4-a716-446655440000")
        .await
        .refused(404, "session_not_found");
    api.get("/orders/nope").await.refused(404, "order_not_found");
    assert!(proxy.take_operations().is_empty());
}
