//! Webhook endpoints. Nothing is ever sent to the one that is made here: it is disabled, and for events that no check
//! causes.

use reqwest::Method;
use serde_json::{Value, json};

use super::chapter;
use crate::smoke::{
    Check,
    answer::Answer,
    failure::{Outcome, skip},
    request::{Body, Request},
    shop::{ENDPOINTS, Shop, fresh},
};

pub(super) fn checks() -> Vec<Check> {
    chapter!("webhooks",
        "an endpoint is made, shown, changed and deleted" => life,
        "an endpoint's secret is shown where it is made, and never again" => secrets,
        "an endpoint that breaks a rule is refused" => rules,
        "an unknown endpoint is a 404" => unknown,
    )
}

const FIELDS: [&str; 6] = ["id", "url", "description", "event_types", "enabled", "created_at"];

fn quiet() -> Value {
    let url = format!("https://example.com/checkout-smoke/{}", fresh());
    json!({"url": url, "event_types": ["order.refunded"], "enabled": false, "description": "admin smoke"})
}

/// A new endpoint: its id, and the answer.
async fn create(shop: &Shop, body: &Value) -> Outcome<(String, Answer)> {
    let answer = shop.post(ENDPOINTS, body).await?;
    shop.skip_if_keys_off(&answer)?;
    if answer.body["error"]["code"] == "too_many_webhook_endpoints" {
        return skip("this merchant has 16 webhook endpoints already");
    }
    answer.says("Webhook endpoint created")?;
    Ok((answer.string("/data/id")?, answer))
}

async fn patch(shop: &Shop, id: &str, body: Value) -> Outcome<Answer> {
    let request = Request::new(Method::PATCH, format!("{ENDPOINTS}/{id}"));
    shop.send(request.body(Body::Text(body.to_string()))).await
}

async fn life(shop: &Shop) -> Outcome {
    let body = quiet();
    let (id, created) = create(shop, &body).await?;
    for field in ["url", "event_types", "enabled", "description"] {
        created.same(&format!("/data/{field}"), body[field].clone())?;
    }
    let path = format!("{ENDPOINTS}/{id}");
    let read = shop.get(&path).await?;
    read.says("Webhook endpoint retrieved")?;
    read.fields(&["data"], &FIELDS)?;
    let listed = shop.get(ENDPOINTS).await?;
    listed.says("Webhook endpoints retrieved")?;
    let ours = listed.list("/data")?.iter().filter(|endpoint| endpoint["id"] == *id).collect::<Vec<_>>();
    listed.expect(ours == [read.at("/data")], format!("once: {}", read.at("/data")))?;
    let changed = patch(shop, &id, json!({"description": "", "event_types": ["order.failed"]})).await?;
    changed.says("Webhook endpoint updated")?;
    changed.same("/data/description", Value::Null)?;
    changed.same("/data/event_types", json!(["order.failed"]))?;
    changed.same("/data/url", body["url"].clone())?;
    changed.same("/data/enabled", false)?;
    let deliveries = shop.get(format!("{path}/deliveries")).await?;
    deliveries.says("Webhook deliveries retrieved")?;
    deliveries.same("/data/deliveries", json!([]))?;
    delete(shop, &id).await
}

async fn delete(shop: &Shop, id: &str) -> Outcome {
    let path = format!("{ENDPOINTS}/{id}");
    let deleted = shop.send(Request::new(Method::DELETE, &path)).await?;
    deleted.says("Webhook endpoint deleted")?;
    deleted.same("/data", json!({"id": id, "deleted": true}))?;
    shop.send(Request::new(Method::DELETE, &path)).await?.refused(404, "webhook_endpoint_not_found")?;
    shop.get(&path).await?.refused(404, "webhook_endpoint_not_found")
}

async fn secrets(shop: &Shop) -> Outcome {
    let (id, created) = create(shop, &quiet()).await?;
    let path = format!("{ENDPOINTS}/{id}");
    let first = secret(&created)?;
    let rotated = shop.post(format!("{path}/rotate-secret"), json!({"overlap_seconds": 0})).await?;
    rotated.says("Webhook secret rotated")?;
    rotated.expect(secret(&rotated)? != first, "another secret than the first one")?;
    for answer in [shop.get(&path).await?, shop.get(ENDPOINTS).await?, patch(shop, &id, json!({})).await?] {
        answer.ok()?;
        answer.expect(!answer.text.contains("whsec_"), "no secret")?;
    }
    for overlap in [json!(-1), json!(604_801), json!("60"), json!(1.5)] {
        let body = json!({"overlap_seconds": overlap});
        shop.post(format!("{path}/rotate-secret"), body).await?.refused_field("overlap_seconds")?;
    }
    delete(shop, &id).await
}

fn secret(answer: &Answer) -> Outcome<String> {
    let secret = answer.string("/data/secret")?;
    answer.expect(secret.starts_with("whsec_") && secret.len() > 40, "a secret that begins with whsec_")?;
    Ok(secret)
}

async fn rules(shop: &Shop) -> Outcome {
    shop.skip_if_keys_off(&shop.get(ENDPOINTS).await?)?;
    for (field, value) in [
        ("url", Value::Null),
        ("url", json!("/hooks")),
        ("url", json!("ftp://example.com/")),
        ("url", json!("https://user:secret@example.com/")),
        ("url", json!("https://example.com/#top")),
        ("event_types", json!([])),
        ("event_types", json!(["no.such"])),
        ("event_types", json!("*")),
        ("enabled", json!("yes")),
        ("description", json!("a".repeat(256))),
    ] {
        let mut body = quiet();
        body[field] = value;
        shop.post(ENDPOINTS, body).await?.refused_field(field)?;
    }
    Ok(())
}

async fn unknown(shop: &Shop) -> Outcome {
    shop.skip_if_keys_off(&shop.get(ENDPOINTS).await?)?;
    for id in [format!("we_{}", fresh()), "nope".to_owned()] {
        let path = format!("{ENDPOINTS}/{id}");
        shop.get(&path).await?.refused(404, "webhook_endpoint_not_found")?;
        shop.send(Request::new(Method::DELETE, &path)).await?.refused(404, "webhook_endpoint_not_found")?;
        shop.post(format!("{path}/test"), "{}").await?.refused(404, "webhook_endpoint_not_found")?;
    }
    Ok(())
}
