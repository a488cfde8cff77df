//! The sample events, fed to their functions as Lambda feeds them, and the shape of the functions.

use std::{collections::BTreeSet, fs, path::PathBuf};

use lambda_http::{Body, Request, Response};
use publish_events::Batch;
use serde_json::{Value, json};
use shared::{
    App,
    checkout::{Kept, NewSession, Order, OrderRequest, Session},
    edge::{Clock, random_bits},
    kernel::{OrderId, RawJson, RedirectUrl, Timestamp},
    keys::Caller,
};
use tests::{
    client::{Api, SHOP},
    scenario::Scenario,
};
use uuid::Uuid;

use crate::feed::Broken;

/// The subjects of the events: a session of 1,800 seconds, and its order.
const SESSION: &str = "0b2f6d1c-5a3e-8f47-9c1c-0199a3c0d5e8";
const ORDER: &str = "5392f7a7-d472-4d6b-9848-bd07117fb82d";
/// 2025-10-02T06:39:07.944Z.
const CREATED: Timestamp = Timestamp::from_millis(1_759_387_147_944);

/// A server with a clock that shows the events' time.
pub(crate) async fn app_of_that_day() -> (Api, App) {
    let api = Scenario::new().start().await;
    let app = App { clock: Clock::starting_at(CREATED), ..api.server.app.clone() };
    (api, app)
}

pub(crate) async fn with_session(app: &App) {
    let wanted = NewSession {
        success_url: Some(
            RedirectUrl::parse("https://merchant.com/success?session_id={SESSION_ID}").unwrap(),
        ),
        cancel_url: Some(RedirectUrl::parse("https://merchant.com/cancel").unwrap()),
        metadata: RawJson::empty_object(),
        client_reference_id: None,
        lifetime_millis: 1_800_000,
        payment: None,
        display: None,
    };
    let session = Session::open(
        wanted,
        "https://api.example".to_owned(),
        SESSION.parse::<Uuid>().unwrap().as_u128(),
        CREATED,
    );
    assert_eq!(session.id.to_string(), SESSION);
    app.checkout.create_session(&session, app.settings.retention_millis, None).await.unwrap();
}

pub(crate) async fn with_order(app: &App) {
    with_session(app).await;
    let body: Value = serde_json::from_str(&event("create-order")).unwrap();
    let OrderRequest { terms, session } =
        OrderRequest::parse(body["body"].as_str().unwrap(), &Caller::Anyone).unwrap();
    let id = OrderId::new(ORDER.parse::<Uuid>().unwrap().as_u128());
    assert_eq!(id.to_string(), ORDER);
    let address = app.settings.deposit_addresses.derive(id, terms.src_chain, &terms.recipient_address);
    let order = Order::new(id, session, terms, address, CREATED, app.settings.detection_window_millis);
    let kept = Kept { watched: Default::default(), retention_millis: app.settings.retention_millis };
    app.checkout.create_order(&order, &kept, None, random_bits(), CREATED).await.unwrap();
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..")
}

pub(crate) fn event(name: &str) -> String {
    fs::read_to_string(root().join(format!("events/{name}.json"))).unwrap()
}

pub(crate) fn request(name: &str) -> Request {
    lambda_http::request::from_str(&event(name)).expect("API Gateway sends such events")
}

/// The data of a success with `message`.
#[track_caller]
pub(crate) fn data(response: &Response<Body>, message: &str) -> Value {
    assert_eq!(response.headers()["content-type"], "application/json");
    let mut answer: Value = serde_json::from_slice(response.body()).unwrap();
    let data = answer["data"].take();
    let wanted = json!({"success": true, "message": message, "data": null, "statusCode": 200});
    assert_eq!((response.status().as_u16(), answer), (200, wanted));
    data
}

#[tokio::test]
async fn the_event_of_create_session_makes_a_session() {
    let (_api, app) = app_of_that_day().await;
    let answer = create_session::handle(&app, &request("create-session")).await;
    let session = data(&answer, "Checkout session created");
    assert_eq!(session["status"], "open");
    assert_eq!(session["success_url"], "https://merchant.com/success?session_id={SESSION_ID}");
    assert_eq!(session["cancel_url"], "https://merchant.com/cancel");
    assert_eq!(session["metadata"], json!({"sku": "widget-1"}));
    assert_eq!(session["client_reference_id"], "merchant-order-456");
    assert!(session["created_at"].as_str().unwrap().starts_with("2025-10-02T06:"));
    assert!(session["expires_at"].as_str().unwrap().starts_with("2025-10-02T07:"));
}

#[tokio::test]
async fn the_event_of_get_session_reads_its_session_and_order() {
    let (_api, app) = app_of_that_day().await;
    with_order(&app).await;
    let answer = get_session::handle(&app, &request("get-session")).await;
    let session = data(&answer, "Checkout session retrieved");
    assert_eq!((&session["id"], &session["status"]), (&json!(SESSION), &json!("open")));
    assert_eq!(session["success_url"], format!("https://merchant.com/success?session_id={SESSION}"));
    assert_eq!(session["cancel_url"], format!("https://merchant.com/cancel?sessionId={SESSION}"));
    assert_eq!(session["expires_at"], "2025-10-02T07:09:07.944Z");
    assert_eq!(session["created_at"], "2025-10-02T06:39:07.944Z");
    assert_eq!(session["order"]["order"]["id"], ORDER);
}

#[tokio::test]
async fn the_event_of_expire_session_expires_its_session() {
    let (_api, app) = app_of_that_day().await;
    with_session(&app).await;
    let answer = expire_session::handle(&app, &request("expire-session")).await;
    let expired = data(&answer, "Checkout session expired");
    assert_eq!(expired, json!({"id": SESSION, "status": "expired"}));
    let session = get_session::handle(&app, &request("get-session")).await;
    let session = data(&session, "Checkout session retrieved");
    assert_eq!((&session["expired_reason"], &session["order"]), (&json!("manual"), &Value::Null));
}

#[tokio::test]
async fn the_event_of_create_order_links_an_order_to_its_session() {
    let (_api, app) = app_of_that_day().await;
    with_session(&app).await;
    let answer = create_order::handle(&app, &request("create-order")).await;
    let order = data(&answer, "Created order successfully");
    assert_eq!(order["checkoutSessionId"], SESSION);
    assert_eq!(order["status"], "scanning_deposit_transaction");
    assert_eq!(order["creatorAddress"], SHOP);
    assert_eq!(order["expiredAt"], CREATED.millis() + 1_800_000);
    let session = get_session::handle(&app, &request("get-session")).await;
    assert_eq!(data(&session, "Checkout session retrieved")["order_id"], order["id"]);
}

#[tokio::test]
async fn the_event_of_get_order_reads_its_order() {
    let (_api, app) = app_of_that_day().await;
    with_order(&app).await;
    let answer = get_order::handle(&app, &request("get-order")).await;
    let found = data(&answer, "Get order and transactions successfully");
    assert_eq!((&found["order"]["id"], &found["depositTxs"]), (&json!(ORDER), &json!([])));
    // As in openapi.yaml for this order: a change of the derivation changes both.
    assert_eq!(found["order"]["globalAddress"], documented_address());
}

#[tokio::test]
async fn the_event_of_payment_options_reads_the_chains() {
    let (_api, app) = app_of_that_day().await;
    let answer = payment_options::handle(&app, &request("payment-options")).await;
    assert_eq!(data(&answer, "Payment options retrieved"), json!({"chains": []}));
}

#[tokio::test]
async fn the_event_of_checkout_page_shows_its_session_in_the_browsers_language() {
    let (_api, app) = app_of_that_day().await;
    with_order(&app).await;
    let answer = checkout_page::handle(&app, &request("checkout-page")).await;
    assert_eq!(
        (answer.status().as_u16(), &answer.headers()["content-language"]),
        (200, &"de".parse().unwrap())
    );
    // Compressed, as the browser accepts: lambda_http sends that in base64.
    assert!(matches!(answer.body(), Body::Binary(bytes) if bytes.starts_with(&[0x1f, 0x8b])));
}

#[tokio::test]
async fn the_event_of_choose_payment_is_refused_by_a_session_without_payment_terms() {
    let (_api, app) = app_of_that_day().await;
    with_session(&app).await;
    let answer = choose_payment::handle(&app, &request("choose-payment")).await;
    assert_eq!(answer.status().as_u16(), 400);
    assert_eq!(answer.headers()["content-type"], "text/html; charset=utf-8");
}

fn documented_address() -> Value {
    let text = fs::read_to_string(root().join("openapi.yaml")).unwrap();
    let document: Value = serde_yaml_ng::from_str(&text).unwrap();
    let order = &document["components"]["examples"]["OrderUnpaid"]["value"]["data"]["order"];
    assert_eq!(order["id"], ORDER);
    order["globalAddress"].clone()
}

#[tokio::test]
async fn the_event_of_list_orders_reads_its_creators_orders() {
    let (_api, app) = app_of_that_day().await;
    with_order(&app).await;
    let answer = list_orders::handle(&app, &request("list-orders")).await;
    let orders = data(&answer, "Get orders by creator successfully");
    let ids: Vec<_> = orders.as_array().unwrap().iter().map(|order| &order["id"]).collect();
    assert_eq!(ids, [ORDER]);
}

#[tokio::test]
async fn the_event_of_record_payment_pays_its_order() {
    let (_api, app) = app_of_that_day().await;
    with_order(&app).await;
    let batch = serde_json::from_str(&event("record-payment")).expect("SQS sends such events");
    let response = record_payment::handle(&app, batch).await;
    assert_eq!(serde_json::to_value(&response).unwrap(), json!({"batchItemFailures": []}));

    let answer = get_order::handle(&app, &request("get-order")).await;
    let found = data(&answer, "Get order and transactions successfully");
    assert_eq!(found["order"]["status"], "executing");
    assert_eq!(found["order"]["receivedDepositAt"], 1_759_387_243_000_i64);
    assert_eq!(
        (&found["depositTxs"][0]["amount"], &found["depositTxs"][0]["from"]),
        (&json!("1000000"), &json!(SHOP))
    );
    let session = get_session::handle(&app, &request("get-session")).await;
    assert_eq!(data(&session, "Checkout session retrieved")["status"], "processing");
}

#[tokio::test]
async fn evidence_of_no_order_fails_alone_in_its_batch() {
    let (_api, app) = app_of_that_day().await;
    with_order(&app).await;
    let mut batch: Value = serde_json::from_str(&event("record-payment")).unwrap();
    let mut stray = batch["Records"][0].clone();
    stray["messageId"] = "stray".into();
    stray["body"] = "not evidence".into();
    batch["Records"].as_array_mut().unwrap().insert(0, stray);
    let response = record_payment::handle(&app, serde_json::from_value(batch).unwrap()).await;
    let failures = json!({"batchItemFailures": [{"itemIdentifier": "stray"}]});
    assert_eq!(serde_json::to_value(&response).unwrap(), failures);
    let answer = get_order::handle(&app, &request("get-order")).await;
    assert_eq!(data(&answer, "Get order and transactions successfully")["order"]["status"], "executing");
}

#[tokio::test]
async fn the_events_of_publish_events_and_list_events_tell_of_the_session_and_its_order() {
    let (_api, app) = app_of_that_day().await;
    with_order(&app).await;
    let batch = serde_json::from_str(&event("publish-events")).unwrap();
    let batch = Batch::parse(batch).expect("DynamoDB Streams sends such events");
    let response = publish_events::handle(&app, &Broken, batch).await;
    assert_eq!(serde_json::to_value(&response).unwrap(), json!({"batchItemFailures": []}));
    let answer = list_events::handle(&app, &request("list-events")).await;
    let page = data(&answer, "Events retrieved");
    let types: Vec<_> = page["events"].as_array().unwrap().iter().map(|event| &event["type"]).collect();
    assert_eq!(types, ["checkout.session.created", "order.created"]);
    assert_eq!((&page["has_more"], &page["events"][1]["cursor"]), (&json!(false), &page["next_cursor"]));
}

#[tokio::test]
async fn the_event_of_list_sessions_lists_its_session() {
    let (_api, app) = app_of_that_day().await;
    with_session(&app).await;
    let answer = list_sessions::handle(&app, &request("list-sessions")).await;
    let page = data(&answer, "Checkout sessions retrieved");
    assert_eq!((&page["sessions"][0]["id"], &page["has_more"]), (&json!(SESSION), &json!(false)));
}

#[tokio::test]
async fn the_event_of_expire_overdue_needs_nothing_of_it() {
    let (_api, app) = app_of_that_day().await;
    with_session(&app).await;
    serde_json::from_str::<Value>(&event("expire-overdue")).expect("EventBridge sends such events");
    app.clock.advance(1_800_000);
    expire_overdue::handle(&app).await.unwrap();
    app.clock.advance(1);
    let answer = get_session::handle(&app, &request("get-session")).await;
    assert_eq!(data(&answer, "Checkout session retrieved")["expired_reason"], "ttl");
}

#[test]
fn the_event_of_not_found_is_refused() {
    let answer = not_found::handle(&request("not-found"));
    let body: Value = serde_json::from_slice(answer.body()).unwrap();
    assert_eq!(answer.status(), 404);
    assert_eq!(body["error"], json!({"code": "route_not_found", "param": null}));
    assert!(body["message"].as_str().unwrap().contains("GET /checkout-session;"), "{body}");
}

#[test]
fn every_function_has_one_name_everywhere() {
    let deployed: BTreeSet<_> = deployed_functions().into_iter().map(|(_, function)| function).collect();
    let folder = |path: &str| -> BTreeSet<String> {
        let entries = fs::read_dir(root().join(path)).unwrap();
        entries.map(|entry| entry.unwrap().path().file_stem().unwrap().to_str().unwrap().to_owned()).collect()
    };
    assert_eq!(folder("events"), deployed);
    assert_eq!(folder("functions"), deployed);
    for (resource, name) in deployed_functions() {
        let manifest = fs::read_to_string(root().join(format!("functions/{name}/Cargo.toml"))).unwrap();
        assert!(manifest.contains(&format!("name = \"{name}\"\n")), "functions/{name}/Cargo.toml");
        assert_eq!(resource.to_lowercase(), name.replace('-', ""));
    }
}

/// The template's functions: the resource, and the function that it runs.
fn deployed_functions() -> Vec<(String, String)> {
    let text = fs::read_to_string(root().join("template.yaml")).unwrap();
    let template: serde_yaml_ng::Value = serde_yaml_ng::from_str(&text).unwrap();
    let resources = template["Resources"].as_mapping().unwrap().iter();
    let functions = resources.filter(|(_, resource)| resource["Type"] == "AWS::Serverless::Function");
    let text = |value: &serde_yaml_ng::Value| value.as_str().unwrap().to_owned();
    functions.map(|(name, it)| (text(name), text(&it["Properties"]["Handler"]))).collect()
}

#[test]
fn every_main_only_wires() {
    for (_, name) in deployed_functions() {
        let main = fs::read_to_string(root().join(format!("functions/{name}/src/main.rs"))).unwrap();
        assert!(main.lines().count() < 40, "functions/{name}/src/main.rs is long");
    }
}

#[test]
fn the_tables_can_be_cut_out_of_the_template_as_the_runbook_does() {
    let text = fs::read_to_string(root().join("template.yaml")).unwrap();
    let (start, end) = (text.find("\n  SessionsTable:").unwrap(), text.find("\n  # The queues").unwrap());
    let tables: serde_yaml_ng::Value = serde_yaml_ng::from_str(&text[start..end]).unwrap();
    let whole: serde_yaml_ng::Value = serde_yaml_ng::from_str(&text).unwrap();
    let mut all = whole["Resources"].as_mapping().unwrap().clone();
    all.retain(|_, resource| resource["Type"] == "AWS::DynamoDB::Table");
    assert_eq!(tables.as_mapping().unwrap(), &all);
    // An import must not refer to resources that are not imported, nor to any that could be deleted.
    assert!(!text[start..end].contains('!'));
    assert!(all.values().all(|table| table["DeletionPolicy"] == "Retain"));
}
