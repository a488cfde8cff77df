//! Requests that break a rule are refused by the field's name.

use serde_json::{Value, json};

use super::chapter;
use crate::smoke::{
    Check,
    failure::Outcome,
    request::{Body, Request},
    shop::{ORDERS, SESSIONS, Shop, unknown_id},
};

pub(super) fn checks() -> Vec<Check> {
    chapter!("validation",
        "expires_in out of bounds is refused and never clamped" => bounds,
        "expires_in must be a number" => numbers,
        "metadata must be an object of at most 16 KiB" => metadata,
        "client_reference_id must have 1 to 255 characters" => references,
        "a body that is not a JSON object is refused" => bodies,
        "a body above 64 KiB is a 413, one of 64 KiB is accepted" => long_bodies,
        "the Content-Type is not looked at" => content_types,
        "an order's fields are held to their rules" => order_fields,
    )
}

async fn bounds(shop: &Shop) -> Outcome {
    for number in ["299", "299.999", "0", "-300", "86400.001", "86401", "1e400"] {
        let answer = shop.post(SESSIONS, format!("{{\"expires_in\": {number}}}")).await?;
        answer.refused_field("expires_in")?;
    }
    Ok(())
}

async fn numbers(shop: &Shop) -> Outcome {
    for value in [json!("1800"), json!(""), json!(true), json!([1800]), json!({})] {
        shop.post(SESSIONS, json!({"expires_in": value})).await?.refused_field("expires_in")?;
    }
    Ok(())
}

async fn metadata(shop: &Shop) -> Outcome {
    for value in [json!("x"), json!("{}"), json!(5), json!(true), json!([]), json!([{}])] {
        shop.post(SESSIONS, json!({"metadata": value})).await?.refused_field("metadata")?;
    }
    let filled = |bytes: usize| json!({"metadata": {"a": "x".repeat(bytes - r#"{"a":""}"#.len())}});
    shop.create(filled(16_384)).await?;
    shop.post(SESSIONS, filled(16_385)).await?.refused_field("metadata")
}

async fn references(shop: &Shop) -> Outcome {
    for value in [json!(""), json!("x".repeat(256)), json!("🦀".repeat(256)), json!(5), json!({})] {
        let answer = shop.post(SESSIONS, json!({"client_reference_id": value})).await?;
        answer.refused_field("client_reference_id")?;
    }
    Ok(())
}

/// The paths that take a body; the session of the last one does not exist.
fn paths() -> [String; 3] {
    [SESSIONS.to_owned(), ORDERS.to_owned(), format!("{SESSIONS}/{}/expire", unknown_id())]
}

async fn bodies(shop: &Shop) -> Outcome {
    for path in paths() {
        for body in ["[]", "[{}]", "\"{}\"", "5", "true", "null", "{", "{\"a\":1,}", "{} {}", "a=1&b=2"] {
            shop.post(&path, body).await?.refused(400, "invalid_body")?;
        }
    }
    Ok(())
}

async fn long_bodies(shop: &Shop) -> Outcome {
    const LIMIT: usize = 65_536;
    let padded = |path: &str, length: usize| Request::post(path, "").body(Body::Padded(length - 2));
    shop.send(padded(SESSIONS, LIMIT)).await?.ok()?;
    for path in paths() {
        shop.send(padded(&path, LIMIT + 1)).await?.refused(413, "body_too_large")?;
    }
    Ok(())
}

async fn content_types(shop: &Shop) -> Outcome {
    for kind in ["text/plain", "application/x-www-form-urlencoded", "image/png"] {
        let body = json!({"client_reference_id": "ä"});
        let answer = shop.send(Request::post(SESSIONS, body).header("content-type", kind)).await?;
        answer.ok()?;
        answer.same("/data/client_reference_id", "ä")?;
    }
    Ok(())
}

async fn order_fields(shop: &Shop) -> Outcome {
    // The first address has a wrong EIP-55 checksum: money would go there.
    for (field, value) in [
        ("recipientAddress", json!("0xA7539d73700b1726ebe1eef9d4d8ccdf3f4e3b44")),
        ("recipientAddress", json!("0xa7539d")),
        ("type", json!("nope")),
        ("type", Value::Null),
        ("srcChain", json!(0)),
        ("dstChain", json!("8453")),
        ("srcTokenAddress", json!("USDC")),
        ("srcAmount", json!("0")),
        ("srcAmount", json!("01")),
        ("srcAmount", json!("1.5")),
        ("srcAmount", json!("-1")),
        ("srcAmount", json!(1_000_000)),
        (
            "srcAmount",
            json!("115792089237316195423570985008687907853269984665640564039457584007913129639936"),
        ),
        ("payload", json!("{}")),
        ("metadata", json!([])),
        ("clientReferenceId", json!("not allowed")),
    ] {
        let mut order = shop.order(None);
        order[field] = value;
        shop.post(ORDERS, order).await?.refused_field(field)?;
    }
    let mut order = shop.order(None);
    order["payload"] = json!({});
    shop.post(ORDERS, order).await?.refused_field("payload.expectedDstAmount")
}
