//! The sample events of webhooks, sent to their functions as Lambda sends them.

use delivery::{Courier, Worker};
use local::Queues;
use publish_events::Batch;
use serde_json::{Value, json};
use shared::{
    App,
    kernel::{Cursor, DeliveryId, EndpointId, Owner, Timestamp},
    webhooks::{Delivery, DeliveryWrite, Endpoint, EndpointCreation, WebhookSecret},
};
use tests::receiver::Receiver;

use crate::events::{app_of_that_day, data, event, request, with_order, with_session};

/// The endpoint of the events, older than the session.
const ENDPOINT: &str = "we_5f1b7e0a93c44d288a6e2f0c9b1d7e35";
/// 2025-10-02T06:00:00.000Z.
const CREATED: Timestamp = Timestamp::from_millis(1_759_384_800_000);

/// The delivery of the session's first event.
const DELIVERY: &str = "whd_1759387148312_evt_0b2f6d1c5a3e8f479c1c0199a3c0d5e8_1";
const FIRST_EVENT: &str = "evt_0b2f6d1c5a3e8f479c1c0199a3c0d5e8_1";
/// 2025-10-02T06:39:08.312Z.
const PUBLISHED: Timestamp = Timestamp::from_millis(1_759_387_148_312);

async fn with_endpoint(app: &App, url: &str) -> Endpoint {
    let (id, secret) = (EndpointId::parse(ENDPOINT).unwrap(), WebhookSecret::new([1, 2]));
    let new = Endpoint::new(id, Owner::default(), url.to_owned(), secret, CREATED);
    match app.webhooks.create_endpoint(new).await.unwrap() {
        EndpointCreation::Created(endpoint) => *endpoint,
        EndpointCreation::TooMany => panic!("there are no endpoints yet"),
    }
}

/// Stores the endpoint, with a receiver at its URL.
async fn with_receiver(app: &App) -> Receiver {
    let receiver = Receiver::start().await;
    with_endpoint(app, &receiver.url).await;
    receiver
}

async fn publish(app: &App) {
    let batch = Batch::parse(serde_json::from_str(&event("publish-events")).unwrap()).unwrap();
    let response = publish_events::handle(app, &Queues::default(), batch).await;
    assert_eq!(serde_json::to_value(&response).unwrap(), json!({"batchItemFailures": []}));
}

fn courier(app: &App) -> Courier {
    Courier::new(app.clone()).unwrap()
}

/// The types of the messages received, in the order of their events.
fn told(receiver: &Receiver) -> Vec<Value> {
    let mut events: Vec<_> = receiver.messages().iter().map(|message| message.body()).collect();
    events.sort_by_key(|event| event["sequence"].as_u64());
    events.iter().map(|event| event["type"].clone()).collect()
}

#[tokio::test]
async fn the_event_of_create_webhook_endpoint_makes_an_endpoint() {
    let (_api, app) = app_of_that_day().await;
    let answer = create_webhook_endpoint::handle(&app, &request("create-webhook-endpoint")).await;
    let made = data(&answer, "Webhook endpoint created");
    assert_eq!(made["url"], "https://merchant.com/webhooks");
    assert_eq!(made["description"], "Fulfilment");
    assert_eq!(made["event_types"], json!(["checkout.session.completed", "checkout.session.expired"]));
    assert_eq!(made["enabled"], true);
    assert!(made["secret"].as_str().unwrap().starts_with("whsec_"));
}

#[tokio::test]
async fn the_events_of_get_webhook_endpoint_and_list_webhook_endpoints_show_it() {
    let (_api, app) = app_of_that_day().await;
    with_endpoint(&app, "https://merchant.com/webhooks").await;
    let answer = get_webhook_endpoint::handle(&app, &request("get-webhook-endpoint")).await;
    let found = data(&answer, "Webhook endpoint retrieved");
    assert_eq!((&found["id"], found.get("secret")), (&json!(ENDPOINT), None));
    assert_eq!(found["created_at"], "2025-10-02T06:00:00.000Z");
    let answer = list_webhook_endpoints::handle(&app, &request("list-webhook-endpoints")).await;
    assert_eq!(data(&answer, "Webhook endpoints retrieved"), json!([found]));
}

#[tokio::test]
async fn the_events_of_update_webhook_endpoint_and_delete_webhook_endpoint_change_and_end_it() {
    let (_api, app) = app_of_that_day().await;
    with_endpoint(&app, "https://merchant.com/webhooks").await;
    let answer = update_webhook_endpoint::handle(&app, &request("update-webhook-endpoint")).await;
    let changed = data(&answer, "Webhook endpoint updated");
    assert_eq!((&changed["enabled"], &changed["event_types"]), (&json!(false), &json!(["*"])));
    let answer = delete_webhook_endpoint::handle(&app, &request("delete-webhook-endpoint")).await;
    assert_eq!(data(&answer, "Webhook endpoint deleted"), json!({"id": ENDPOINT, "deleted": true}));
    assert_eq!(app.webhooks.endpoints(&Owner::default()).await.unwrap(), []);
}

#[tokio::test]
async fn the_event_of_rotate_webhook_secret_has_two_secrets_sign_for_an_hour() {
    let (_api, app) = app_of_that_day().await;
    let before = with_endpoint(&app, "https://merchant.com/webhooks").await;
    let answer = rotate_webhook_secret::handle(&app, &request("rotate-webhook-secret")).await;
    let secret = data(&answer, "Webhook secret rotated")["secret"].clone();
    let after = app.webhooks.endpoint(&Owner::default(), before.id).await.unwrap().unwrap();
    let now = app.clock.now();
    assert_eq!(after.secrets_at(now), [secret.as_str().unwrap(), before.secrets[0].secret.reveal()]);
    assert_eq!(after.secrets_at(now.plus_millis(3_600_000)).len(), 1);
}

#[tokio::test]
async fn the_event_of_test_webhook_endpoint_sends_a_test_event() {
    let (_api, app) = app_of_that_day().await;
    let receiver = with_receiver(&app).await;
    let asked = request("test-webhook-endpoint");
    let answer = test_webhook_endpoint::handle(&app, &courier(&app), &asked).await;
    assert_eq!(data(&answer, "Test event sent")["status"], "delivered");
    assert_eq!(told(&receiver), ["webhook_endpoint.test"]);
}

#[tokio::test]
async fn the_events_of_list_webhook_deliveries_and_redeliver_webhook_find_a_delivery() {
    let (_api, app) = app_of_that_day().await;
    let receiver = with_receiver(&app).await;
    with_session(&app).await;
    publish(&app).await;
    let place =
        app.feed.feed(&Owner::default(), &Cursor::default(), 1).await.unwrap().entries[0].place.clone();
    let delivery = Delivery::of_event(FIRST_EVENT, "checkout.session.created", place, PUBLISHED);
    assert_eq!(Some(&delivery.id), DeliveryId::parse(DELIVERY).as_ref());
    let id = EndpointId::parse(ENDPOINT).unwrap();
    let written = app.webhooks.write_delivery(id, None, &delivery).await.unwrap();
    assert_eq!(written, DeliveryWrite::Written);
    let answer = list_webhook_deliveries::handle(&app, &request("list-webhook-deliveries")).await;
    let page = data(&answer, "Webhook deliveries retrieved");
    assert_eq!((&page["deliveries"][0]["id"], &page["has_more"]), (&json!(DELIVERY), &json!(false)));
    assert_eq!(page["deliveries"][0]["status"], "pending");
    let asked = request("redeliver-webhook");
    let answer = redeliver_webhook::handle(&app, &courier(&app), &asked).await;
    assert_eq!(data(&answer, "Webhook redelivered")["status"], "delivered");
    assert_eq!(told(&receiver), ["checkout.session.created"]);
}

#[tokio::test]
async fn the_events_of_queue_deliveries_and_deliver_webhooks_take_what_was_published_to_the_endpoint() {
    let (api, app) = app_of_that_day().await;
    let receiver = with_receiver(&app).await;
    with_order(&app).await;
    publish(&app).await;
    let queues = api.server.queues.clone();
    let batch = serde_json::from_str(&event("queue-deliveries")).expect("DynamoDB Streams sends such events");
    let response = queue_deliveries::handle(&app, queues.as_ref(), batch).await;
    assert_eq!(serde_json::to_value(&response).unwrap(), json!({"batchItemFailures": []}));
    assert_eq!(told(&receiver), Vec::<Value>::new());
    let worker = Worker::new(courier(&app), queues);
    let batch = serde_json::from_str(&event("deliver-webhooks")).expect("SQS sends such events");
    let response = deliver_webhooks::handle(&worker, batch).await;
    assert_eq!(serde_json::to_value(&response).unwrap(), json!({"batchItemFailures": []}));
    assert_eq!(told(&receiver), ["checkout.session.created", "order.created"]);
}

#[tokio::test]
async fn a_notice_that_cannot_be_read_fails_and_goes_back_to_the_queue() {
    let (api, app) = app_of_that_day().await;
    let worker = Worker::new(courier(&app), api.server.queues.clone());
    let mut batch: Value = serde_json::from_str(&event("deliver-webhooks")).unwrap();
    batch["Records"][0]["body"] = "no notification".into();
    let response = deliver_webhooks::handle(&worker, serde_json::from_value(batch).unwrap()).await;
    let id = "b0a4c9e7-1d52-4f3b-8e6a-93c45f1b7e0a";
    let failures = json!({"batchItemFailures": [{"itemIdentifier": id}]});
    assert_eq!(serde_json::to_value(&response).unwrap(), failures);
}

#[tokio::test]
async fn the_event_of_retry_deliveries_needs_nothing_of_it() {
    let (api, app) = app_of_that_day().await;
    let endpoint = with_endpoint(&app, "http://127.0.0.1:9/").await;
    with_session(&app).await;
    publish(&app).await;
    serde_json::from_str::<Value>(&event("retry-deliveries"))
        .expect("EventBridge Scheduler sends such events");
    // There was no notification of the event: the call makes up for the stream's loss.
    retry_deliveries::handle(&app, api.server.queues.as_ref()).await.unwrap();
    app.clock.advance(1);
    assert_eq!(app.webhooks.due(endpoint.id, app.clock.now(), 10).await.unwrap().len(), 1);
}
