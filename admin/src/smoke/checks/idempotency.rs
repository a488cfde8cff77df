//! `Idempotency-Key`: a request that is sent twice happens once.

use serde_json::{Value, json};

use super::chapter;
use crate::smoke::{
    Check,
    answer::Answer,
    failure::Outcome,
    request::Request,
    shop::{ORDERS, SESSIONS, Shop, fresh, fresh_address},
};

pub(super) fn checks() -> Vec<Check> {
    chapter!("idempotency",
        "the same session twice is one session" => session_twice,
        "the same order twice is one order" => order_twice,
        "another body under a used key is a conflict" => other_body,
        "a refused request does not use its key up" => refused_first,
        "a key has 1 to 255 characters" => key_length,
    )
}

async fn post(shop: &Shop, path: &str, body: &Value, key: &str) -> Outcome<Answer> {
    shop.send(Request::post(path, body).header("idempotency-key", key)).await
}

/// Goes on if the second answer repeats the first.
fn repeats(first: &Answer, second: &Answer) -> Outcome {
    first.ok()?;
    second.expect(second.status == first.status && second.text == first.text, {
        format!("the first answer again: HTTP {} {}", first.status, first.text)
    })?;
    second.expect(second.header("idempotent-replayed") == "true", "the header Idempotent-Replayed: true")
}

async fn session_twice(shop: &Shop) -> Outcome {
    let (key, body) = (fresh(), json!({"metadata": {"n": 1.0}, "client_reference_id": "cart-17"}));
    let first = post(shop, SESSIONS, &body, &key).await?;
    first.expect(
        first.header("idempotent-replayed").is_empty(),
        "no Idempotent-Replayed on the first answer",
    )?;
    repeats(&first, &post(shop, SESSIONS, &body, &key).await?)?;
    let other = post(shop, SESSIONS, &body, &fresh()).await?;
    other.ok()?;
    other.expect(other.at("/data/id") != first.at("/data/id"), "another session under another key")
}

async fn order_twice(shop: &Shop) -> Outcome {
    let (key, creator) = (fresh(), fresh_address());
    let mut body = shop.order(None);
    body["creatorAddress"] = creator.clone().into();
    let first = post(shop, ORDERS, &body, &key).await?;
    repeats(&first, &post(shop, ORDERS, &body, &key).await?)?;
    let listed = shop.get(format!("{ORDERS}?creatorAddress={creator}")).await?;
    listed.expect(listed.list("/data")?.len() == 1, "one order of this creator")
}

async fn other_body(shop: &Shop) -> Outcome {
    let key = fresh();
    post(shop, SESSIONS, &json!({}), &key).await?.ok()?;
    let other = json!({"expires_in": 300});
    post(shop, SESSIONS, &other, &key).await?.refused(409, "idempotency_conflict")?;
    // Keys of orders are apart from those of sessions.
    let mut order = shop.order(None);
    post(shop, ORDERS, &order, &key).await?.ok()?;
    order["srcAmount"] = "2000000".into();
    post(shop, ORDERS, &order, &key).await?.refused(409, "idempotency_conflict")
}

async fn refused_first(shop: &Shop) -> Outcome {
    let key = fresh();
    post(shop, SESSIONS, &json!({"expires_in": 1}), &key).await?.refused_field("expires_in")?;
    post(shop, SESSIONS, &json!({}), &key).await?.ok()
}

async fn key_length(shop: &Shop) -> Outcome {
    let long = |length: usize| format!("{}{}", fresh(), "k".repeat(length - 32));
    post(shop, SESSIONS, &json!({}), &long(255)).await?.ok()?;
    post(shop, SESSIONS, &json!({}), &long(256)).await?.refused_field("Idempotency-Key")
}
