//! Attacks by a merchant, or by somebody with a merchant's key.

use serde_json::json;
use shared::{
    edge::random_bits,
    kernel::{EndpointId, Owner},
    webhooks::{Endpoint, EndpointCreation, WebhookSecret},
};
use standardwebhooks::Webhook;
use tests::{
    client::Api,
    receiver::{Message, Receiver},
    scenario::Scenario,
};

use super::{deliveries, endpoint, endpoint_at, text};

/// A server whose webhooks have the same allowed targets as in the cloud.
async fn as_in_the_cloud() -> Api {
    Scenario::new().with(|it| it.closed_webhooks = true).start().await
}

#[tokio::test]
async fn in_the_cloud_an_endpoint_must_be_public_and_encrypted() {
    let api = as_in_the_cloud().await;
    for url in [
        "http://shop.example/hooks",
        "https://127.0.0.1/",
        "https://0x7f.1/",
        "https://2130706433/",
        "https://[::1]/",
        "https://[::ffff:10.0.0.1]/",
        "https://169.254.169.254/latest/meta-data/",
        "https://[fd00:ec2::254]/",
        "https://10.0.0.1/",
        "https://100.64.0.1/",
        "https://192.168.1.1:8443/",
        "https://localhost/",
        "https://printer.local/",
        "https://metadata.google.internal/",
        "https://0/",
    ] {
        let refused =
            api.post("/webhook-endpoints", &json!({"url": url})).await.refused(400, "invalid_field");
        assert_eq!(refused["param"], "url", "{url}");
    }
    let made = endpoint(&api, &json!({"url": "https://shop.example/hooks"})).await;
    let path = format!("/webhook-endpoints/{}", text(&made["id"]));
    let body = json!({"url": "https://127.0.0.1/"}).to_string();
    api.send(reqwest::Method::PATCH, &path, body).await.refused(400, "invalid_field");
    assert_eq!(api.get(&path).await.ok()["url"], "https://shop.example/hooks");
}

/// An endpoint from a time when it was allowed, or written to the table some other way.
#[tokio::test]
async fn what_must_not_be_reached_is_not_reached_even_if_it_is_stored() {
    let api = as_in_the_cloud().await;
    let receiver = Receiver::start().await;
    let id = made_elsewhere(&api, &receiver.url).await;
    let encrypted = made_elsewhere(&api, &receiver.url.replace("http:", "https:")).await;
    for (id, error) in [(id, "url_refused"), (encrypted, "address_refused")] {
        let sent = api.post(&format!("/webhook-endpoints/{id}/test"), &json!({})).await.ok();
        assert_eq!((&sent["status"], &sent["attempts"][0]["error"]), (&json!("failed"), &json!(error)));
        assert_eq!(sent["attempts"][0]["status_code"], json!(null));
    }
    assert_eq!(receiver.messages().len(), 0);
}

/// Creates an endpoint past the API's check.
async fn made_elsewhere(api: &Api, url: &str) -> String {
    let secret = WebhookSecret::new([random_bits(), random_bits()]);
    let now = api.server.app.clock.now();
    let new = Endpoint::new(EndpointId::new(random_bits()), Owner::default(), url.to_owned(), secret, now);
    let id = new.id.to_string();
    let created = api.server.app.webhooks.create_endpoint(new).await.unwrap();
    assert!(matches!(created, EndpointCreation::Created(_)));
    id
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let api = Scenario::new().start().await;
    let (redirects, inside) = (Receiver::start().await, Receiver::start().await);
    redirects.redirect_to(&inside.url);
    let (id, _) = endpoint_at(&api, &redirects).await;
    api.create_session().await;
    api.server.catch_up().await.unwrap();
    assert_eq!((redirects.messages().len(), inside.messages().len()), (1, 0));
    let attempt = deliveries(&api, &id).await.remove(0)["attempts"][0].clone();
    assert_eq!((&attempt["status_code"], &attempt["error"]), (&json!(307), &json!("status")));
}

#[tokio::test]
async fn a_forged_or_replayed_message_does_not_pass_for_ours() {
    let api = Scenario::new().start().await;
    let receiver = Receiver::start().await;
    let (id, secret) = endpoint_at(&api, &receiver).await;
    let (_, others_secret) = endpoint_at(&api, &receiver).await;
    api.post(&format!("/webhook-endpoints/{id}/test"), &json!({})).await.ok();
    let message = receiver.messages().remove(0);
    let passes = |secret: &str, message: &Message| {
        Webhook::new(secret).unwrap().verify(message.text.as_bytes(), &message.headers).is_ok()
    };
    assert!(passes(&secret, &message));
    assert!(!passes(&others_secret, &message));
    let mut other_body = message.clone();
    other_body.text = other_body.text.replace("webhook_endpoint.test", "order.executed");
    assert!(!passes(&secret, &other_body));
    for (header, value) in [
        ("webhook-id", "evt_other"),
        ("webhook-timestamp", "1752505811"),
        ("webhook-signature", "v1,AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="),
    ] {
        let mut changed = message.clone();
        changed.headers.insert(header, value.parse().unwrap());
        assert!(!passes(&secret, &changed), "{header}");
    }
    // The same message, ten minutes later.
    let mut late = message.clone();
    let sent_at: i64 = message.header("webhook-timestamp").parse().unwrap();
    late.headers.insert("webhook-timestamp", (sent_at - 600).to_string().parse().unwrap());
    let signed = Webhook::new(&secret).unwrap().sign(
        message.header("webhook-id"),
        sent_at - 600,
        message.text.as_bytes(),
    );
    late.headers.insert("webhook-signature", signed.unwrap().parse().unwrap());
    assert!(!passes(&secret, &late));
}
