//! Endpoints: created, changed, tested, deleted.

use reqwest::Method;
use serde_json::{Value, json};
use tests::{
    receiver::{Manner, Receiver},
    scenario::Scenario,
};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpListener,
};

use super::{deliveries, endpoint, endpoint_at, patch, sell, statuses, text, told, verify};

const UNKNOWN: &str = "we_0b2f6d1c5a3e4f479c1c0199a3c0d5e8";

#[tokio::test]
async fn an_endpoint_is_made_listed_changed_and_deleted_and_its_secret_shown_once() {
    let api = Scenario::new().start().await;
    let made = endpoint(&api, &json!({"url": "http://127.0.0.1:9/a", "description": "shop"})).await;
    let secret = text(&made["secret"]);
    assert!(secret.starts_with("whsec_") && secret.len() > 40);
    let mut shown = made.clone();
    shown.as_object_mut().unwrap().remove("secret");
    let id = text(&made["id"]);
    assert_eq!(shown["event_types"], json!(["*"]));
    assert_eq!(api.get(&format!("/webhook-endpoints/{id}")).await.ok(), shown);
    assert_eq!(api.get("/webhook-endpoints").await.ok(), json!([shown]));
    let changes = json!({"event_types": ["order.created"], "enabled": false, "description": ""});
    let changed = patch(&api, &id, &changes).await;
    assert_eq!((&changed["event_types"], &changed["enabled"]), (&json!(["order.created"]), &json!(false)));
    assert_eq!((&changed["description"], &changed["url"]), (&Value::Null, &shown["url"]));
    assert_eq!(patch(&api, &id, &json!({"event_types": ["*"]})).await["event_types"], json!(["*"]));
    let gone = api.send(Method::DELETE, &format!("/webhook-endpoints/{id}"), "").await.ok();
    assert_eq!(gone, json!({"id": id, "deleted": true}));
    assert_eq!(api.get("/webhook-endpoints").await.ok(), json!([]));
    let again = api.send(Method::DELETE, &format!("/webhook-endpoints/{id}"), "").await;
    again.refused(404, "webhook_endpoint_not_found");
}

#[tokio::test]
async fn a_request_that_breaks_a_rule_is_told_which_and_makes_nothing() {
    let api = Scenario::new().start().await;
    let url = "http://127.0.0.1:9/";
    for (body, param) in [
        (json!({}), "url"),
        (json!({"url": 5}), "url"),
        (json!({"url": "/hooks"}), "url"),
        (json!({"url": "ftp://shop.example/"}), "url"),
        (json!({"url": "https://user:secret@shop.example/"}), "url"),
        (json!({"url": "https://shop.example/#top"}), "url"),
        (json!({"url": format!("https://shop.example/{}", "a".repeat(2048))}), "url"),
        (json!({"url": url, "enabled": "yes"}), "enabled"),
        (json!({"url": url, "description": "a".repeat(256)}), "description"),
        (json!({"url": url, "event_types": []}), "event_types"),
        (json!({"url": url, "event_types": ["no.such"]}), "event_types"),
        (json!({"url": url, "event_types": ["order.created", "order.created"]}), "event_types"),
        (json!({"url": url, "event_types": ["*", "order.created"]}), "event_types"),
        (json!({"url": url, "event_types": "*"}), "event_types"),
    ] {
        let refused = api.post("/webhook-endpoints", &body).await.refused(400, "invalid_field");
        assert_eq!(refused["param"], param, "{body}");
    }
    assert_eq!(api.get("/webhook-endpoints").await.ok(), json!([]));
    let made = endpoint(&api, &json!({"url": url})).await;
    let id = text(&made["id"]);
    let rotate = format!("/webhook-endpoints/{id}/rotate-secret");
    for overlap in [json!(-1), json!(604_801), json!("60"), json!(1.5)] {
        api.post(&rotate, &json!({"overlap_seconds": overlap})).await.refused(400, "invalid_field");
    }
    api.get(&format!("/webhook-endpoints/{id}/deliveries?cursor=x")).await.refused(400, "invalid_field");
    api.get(&format!("/webhook-endpoints/{id}/deliveries?limit=101")).await.refused(400, "invalid_field");
    for unknown in [UNKNOWN, "we_nonsense", "x"] {
        api.get(&format!("/webhook-endpoints/{unknown}")).await.refused(404, "webhook_endpoint_not_found");
        let test = api.post(&format!("/webhook-endpoints/{unknown}/test"), &json!({})).await;
        test.refused(404, "webhook_endpoint_not_found");
    }
    for unknown in ["whd_1763735460000_evt_1_1", "x"] {
        let path = format!("/webhook-endpoints/{id}/deliveries/{unknown}/redeliver");
        api.post(&path, &json!({})).await.refused(404, "webhook_delivery_not_found");
    }
}

#[tokio::test]
async fn of_many_made_at_once_there_are_sixteen() {
    let api = Scenario::new().start().await;
    let body = json!({"url": "http://127.0.0.1:9/"});
    let made = futures_util::future::join_all((0..24).map(|_| api.post("/webhook-endpoints", &body))).await;
    let (good, refused): (Vec<_>, Vec<_>) = made.into_iter().partition(|answer| answer.status.is_success());
    assert_eq!((good.len(), refused.len()), (16, 8));
    for answer in &refused {
        answer.refused(409, "too_many_webhook_endpoints");
    }
    let listed = api.get("/webhook-endpoints").await.ok();
    assert_eq!(listed.as_array().unwrap().len(), 16);
    let one = text(&listed[3]["id"]);
    api.send(Method::DELETE, &format!("/webhook-endpoints/{one}"), "").await.ok();
    endpoint(&api, &body).await;
    api.post("/webhook-endpoints", &body).await.refused(409, "too_many_webhook_endpoints");
}

#[tokio::test]
async fn a_test_event_is_sent_at_once_and_the_answer_says_how_it_went() {
    let api = Scenario::new().start().await;
    let receiver = Receiver::start().await;
    let (id, secret) = endpoint_at(&api, &receiver).await;
    let test = format!("/webhook-endpoints/{id}/test");
    let sent = api.post(&test, &json!({})).await.ok();
    assert_eq!(
        (&sent["status"], &sent["event_type"]),
        (&json!("delivered"), &json!("webhook_endpoint.test"))
    );
    let message = receiver.messages().remove(0);
    verify(&secret, &message);
    assert_eq!(
        (message.body()["id"].clone(), message.body()["type"].clone()),
        (sent["event_id"].clone(), sent["event_type"].clone())
    );
    assert_eq!(message.body()["data"]["object"]["id"], id);
    assert!(!message.text.contains("whsec_"));
    receiver.behave(Manner::Answers(503));
    let failed = api.post(&test, &json!({})).await.ok();
    assert_eq!((&failed["status"], &failed["next_attempt_at"]), (&json!("failed"), &Value::Null));
    assert_eq!(failed["attempts"][0]["status_code"], 503);
    assert_eq!(failed["attempts"][0]["error"], "status");
    assert_eq!(deliveries(&api, &id).await, [failed.clone(), sent]);
    // A test event is not retried, but can be redelivered.
    api.advance_clock(86_400.0).await;
    api.server.catch_up().await.unwrap();
    assert_eq!(receiver.messages().len(), 2);
    receiver.behave(Manner::Answers(200));
    let path = format!("/webhook-endpoints/{id}/deliveries/{}/redeliver", text(&failed["id"]));
    let redelivered = api.post(&path, &json!({})).await.ok();
    assert_eq!(
        (&redelivered["status"], redelivered["attempts"].as_array().unwrap().len()),
        (&json!("delivered"), 2)
    );
    let bodies: Vec<_> = receiver.messages().iter().map(|it| it.text.clone()).collect();
    assert_eq!(bodies[1], bodies[2]);
}

#[tokio::test]
async fn a_new_secret_signs_beside_the_old_one_for_a_while() {
    let api = Scenario::new().start().await;
    let receiver = Receiver::start().await;
    let (id, old) = endpoint_at(&api, &receiver).await;
    let rotate = format!("/webhook-endpoints/{id}/rotate-secret");
    let new = text(&api.post(&rotate, &json!({"overlap_seconds": 3600})).await.ok()["secret"]);
    assert_ne!(old, new);
    let test = format!("/webhook-endpoints/{id}/test");
    api.post(&test, &json!({})).await.ok();
    let both = receiver.messages().remove(0);
    verify(&old, &both);
    verify(&new, &both);
    let newest = text(&api.post(&rotate, &json!({"overlap_seconds": 0})).await.ok()["secret"]);
    api.post(&test, &json!({})).await.ok();
    let one = receiver.messages().remove(1);
    verify(&newest, &one);
    assert_eq!(one.header("webhook-signature").split(' ').count(), 1);
}

#[tokio::test]
async fn what_is_due_at_a_disabled_endpoint_waits_and_what_happens_meanwhile_is_not_sent() {
    let api = Scenario::new().start().await;
    let receiver = Receiver::start().await;
    let (id, _) = endpoint_at(&api, &receiver).await;
    receiver.behave(Manner::Answers(500));
    let waiting = sell(&api).await;
    api.server.catch_up().await.unwrap();
    patch(&api, &id, &json!({"enabled": false})).await;
    sell(&api).await;
    receiver.behave(Manner::Answers(200));
    api.advance_clock(3600.0).await;
    api.server.catch_up().await.unwrap();
    assert_eq!(receiver.accepted().len(), 0);
    patch(&api, &id, &json!({"enabled": true})).await;
    api.server.catch_up().await.unwrap();
    let told = told(&receiver.accepted());
    assert_eq!(told.len(), 6);
    assert!(told.iter().all(|event| event["checkout_session_id"] == waiting));
}

#[tokio::test]
async fn an_endpoint_that_is_gone_is_disabled_and_one_that_is_deleted_hears_nothing() {
    let api = Scenario::new().start().await;
    let (leaves, deleted) = (Receiver::start().await, Receiver::start().await);
    leaves.behave(Manner::Answers(410));
    deleted.behave(Manner::Answers(500));
    let ((gone, _), (id, _)) = (endpoint_at(&api, &leaves).await, endpoint_at(&api, &deleted).await);
    api.create_session().await;
    api.server.catch_up().await.unwrap();
    assert_eq!((leaves.messages().len(), deleted.messages().len()), (1, 1));
    assert_eq!(api.get(&format!("/webhook-endpoints/{gone}")).await.ok()["enabled"], false);
    assert_eq!(statuses(&api, &gone).await.into_iter().collect::<Vec<_>>(), ["pending"]);
    api.send(Method::DELETE, &format!("/webhook-endpoints/{id}"), "").await.ok();
    api.advance_clock(86_400.0).await;
    api.create_session().await;
    api.server.catch_up().await.unwrap();
    assert_eq!((leaves.messages().len(), deleted.messages().len()), (1, 1));
}

#[tokio::test]
async fn an_endpoint_that_has_moved_is_not_disabled_for_being_gone_from_where_it_was() {
    let api = Scenario::new().start().await;
    let (old, new) = (TcpListener::bind("127.0.0.1:0").await.unwrap(), Receiver::start().await);
    let url = format!("http://{}/hooks", old.local_addr().unwrap());
    let id = text(&endpoint(&api, &json!({"url": url})).await["id"]);
    let leave = async {
        let (mut stream, _) = old.accept().await.unwrap();
        assert!(stream.read(&mut [0; 4096]).await.unwrap() > 0);
        patch(&api, &id, &json!({"url": new.url})).await;
        stream.write_all(b"HTTP/1.1 410 Gone\r\ncontent-length: 0\r\n\r\n").await.unwrap();
        stream
    };
    let (path, nothing) = (format!("/webhook-endpoints/{id}"), json!({}));
    let test = format!("{path}/test");
    let (tested, _stream) = tokio::join!(api.post(&test, &nothing), leave);
    assert_eq!(tested.ok()["attempts"][0]["status_code"], 410);
    let moved = api.get(&path).await.ok();
    assert_eq!((&moved["url"], &moved["enabled"]), (&json!(new.url), &json!(true)));
}
