//! Webhook endpoints, and the messages to them.

use reqwest::Method;
use serde_json::{Value, json};
use tests::{
    client::Api,
    receiver::{Manner, Receiver},
    scenario::Scenario,
};

use super::witness::Witness;

const UNKNOWN: &str = "we_5f1b7e0a93c44d288a6e2f0c9b1d7e35";

const ENDPOINTS: &str = "/webhook-endpoints";

/// A call of each operation, for an endpoint that does not exist.
pub(super) fn calls() -> impl Iterator<Item = (Method, String, String)> {
    let unknown = format!("{ENDPOINTS}/{UNKNOWN}");
    let redeliver = format!("{unknown}/deliveries/whd_1759387148312_evt_1/redeliver");
    [
        (Method::GET, ENDPOINTS.to_owned(), ""),
        (Method::POST, ENDPOINTS.to_owned(), r#"{"url": "https://shop.example/"}"#),
        (Method::GET, unknown.clone(), ""),
        (Method::PATCH, unknown.clone(), ""),
        (Method::DELETE, unknown.clone(), ""),
        (Method::POST, format!("{unknown}/rotate-secret"), ""),
        (Method::POST, format!("{unknown}/test"), ""),
        (Method::GET, format!("{unknown}/deliveries"), ""),
        (Method::POST, redeliver, ""),
    ]
    .into_iter()
    .map(|(method, path, body)| (method, path, body.to_owned()))
}

/// Creates an endpoint for all events; returns its id.
pub(super) async fn create(api: &Api, url: &str) -> String {
    id(&api.post(ENDPOINTS, &json!({"url": url})).await.ok())
}

fn id(thing: &Value) -> String {
    thing["id"].as_str().unwrap().to_owned()
}

pub(super) async fn play(witness: &mut Witness) {
    let api = Scenario::new().start().await;
    changed(&api, witness).await;
    delivered(&api, witness).await;
    refused(&api, witness).await;
    as_many_as_there_may_be(&api, witness).await;
    let deployed = Scenario::new().embedded().with(|it| it.closed_lists = true).start().await;
    for (method, path, body) in calls() {
        witness.call(&deployed, method, &path, &body).await.refused(403, "keys_off");
    }
}

/// An endpoint from its creation to its deletion.
async fn changed(api: &Api, witness: &mut Witness) {
    let wanted = json!({
        "url": "http://127.0.0.1:9/hooks", "description": "Nobody is there", "event_types": ["order.created"],
        "enabled": false,
    });
    let path = format!("{ENDPOINTS}/{}", id(&witness.post(api, ENDPOINTS, &wanted).await.ok()));
    let change = json!({"event_types": ["*"], "description": "", "url": null});
    let changed = witness.call(api, Method::PATCH, &path, &change.to_string()).await.ok();
    assert_eq!(witness.get(api, &path).await.ok(), changed);
    assert_eq!(witness.get(api, ENDPOINTS).await.ok(), json!([changed]));
    witness.post(api, &format!("{path}/rotate-secret"), &json!({"overlap_seconds": 0})).await.ok();
    let failed = witness.call(api, Method::POST, &format!("{path}/test"), "").await.ok();
    assert_eq!((&failed["status"], &failed["attempts"][0]["error"]), (&json!("failed"), &json!("connect")));
    witness.call(api, Method::DELETE, &path, "").await.ok();
    witness.call(api, Method::DELETE, &path, "").await.refused(404, "webhook_endpoint_not_found");
}

/// Events that arrive, some of them not at the first attempt.
async fn delivered(api: &Api, witness: &mut Witness) {
    let receiver = Receiver::start().await;
    let path = format!(
        "{ENDPOINTS}/{}",
        id(&witness.post(api, ENDPOINTS, &json!({"url": receiver.url})).await.ok())
    );
    witness.call(api, Method::POST, &format!("{path}/test"), "").await.ok();
    witness.check_message("test", &receiver.messages()[0]);
    // Signed with two secrets from now on.
    witness.call(api, Method::POST, &format!("{path}/rotate-secret"), "").await.ok();

    let (_, order) = api.create_linked().await;
    api.server.catch_up().await.unwrap();
    receiver.behave(Manner::Answers(500));
    api.tell(&order, &api.deposit("a", 1_000_000)).await.ok();
    api.server.catch_up().await.unwrap();
    let messages = receiver.messages();
    assert_eq!(messages.len(), 5);
    for message in messages.iter().skip(1) {
        witness.check_message("event", message);
    }
    let first = witness.get(api, &format!("{path}/deliveries?limit=2")).await.ok();
    assert_eq!(first["deliveries"][0]["status"], "pending");
    let rest = format!("{path}/deliveries?cursor={}", first["next_cursor"].as_str().unwrap());
    assert_eq!(witness.get(api, &rest).await.ok()["has_more"], false);

    receiver.behave(Manner::Answers(200));
    let again = format!("{path}/deliveries/{}/redeliver", id(&first["deliveries"][0]));
    assert_eq!(witness.call(api, Method::POST, &again, "").await.ok()["status"], "delivered");
    let never = format!("{path}/deliveries/nope/redeliver");
    witness.call(api, Method::POST, &never, "").await.refused(404, "webhook_delivery_not_found");
    witness.call(api, Method::DELETE, &path, "").await.ok();
}

async fn refused(api: &Api, witness: &mut Witness) {
    for (method, path, body) in calls().filter(|(_, path, _)| path.contains(UNKNOWN)) {
        let call = async |witness: &mut Witness, path: &str, body: &str| {
            witness.call(api, method.clone(), path, body).await
        };
        call(witness, &path, &body).await.refused(404, "webhook_endpoint_not_found");
        call(witness, &path.replace(UNKNOWN, "we_x"), &body).await.refused(404, "webhook_endpoint_not_found");
        if path.ends_with(UNKNOWN) {
            call(witness, &path.replace(UNKNOWN, ""), &body).await.refused(404, "route_not_found");
        }
    }
    let unknown = format!("{ENDPOINTS}/{UNKNOWN}");
    let rotate = format!("{unknown}/rotate-secret");
    for (method, path) in [(Method::POST, ENDPOINTS), (Method::PATCH, &unknown), (Method::POST, &rotate)] {
        witness.call(api, method.clone(), path, "[]").await.refused(400, "invalid_body");
        let body = json!({"url": 1, "overlap_seconds": "1"}).to_string();
        witness.call(api, method.clone(), path, &body).await.refused(400, "invalid_field");
        let long = " ".repeat(65_537);
        witness.call(api, method, path, &long).await.refused(413, "body_too_large");
    }
    for query in ["limit=0", "cursor=x"] {
        witness.get(api, &format!("{unknown}/deliveries?{query}")).await.refused(400, "invalid_field");
    }
}

async fn as_many_as_there_may_be(api: &Api, witness: &mut Witness) {
    for _ in 0..16 {
        create(api, "http://127.0.0.1:9/").await;
    }
    let one_more = json!({"url": "http://127.0.0.1:9/"});
    witness.post(api, ENDPOINTS, &one_more).await.refused(409, "too_many_webhook_endpoints");
}
