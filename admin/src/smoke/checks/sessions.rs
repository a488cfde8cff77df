//! Sessions as they are created and read.

use std::time::UNIX_EPOCH;

use reqwest::Method;
use serde_json::{Value, json};

use super::{
    chapter,
    fields::{CREATED_SESSION, SESSION},
};
use crate::smoke::{
    Check,
    answer::Answer,
    failure::Outcome,
    request::Request,
    shop::{SESSIONS, Shop},
};

pub(super) fn checks() -> Vec<Check> {
    chapter!("sessions",
        "creation answers 200 with every field, in order" => creation,
        "a session without a body has the defaults" => defaults,
        "reading answers every field, in order" => reading,
        "expires_in counts to the millisecond" => lifetimes,
        "null means not given" => nulls,
        "unknown fields are ignored" => unknown_fields,
        "include takes order and events, and nothing else" => includes,
    )
}

async fn creation(shop: &Shop) -> Outcome {
    let body = json!({
        "success_url": "https://shop.example/done?session={SESSION_ID}", "cancel_url": "https://shop.example/cart",
        "metadata": {"sku": "widget-1"}, "client_reference_id": "order-456", "expires_in": 1800,
    });
    let (id, answer) = shop.create(&body).await?;
    answer.says("Checkout session created")?;
    answer.fields(&["data"], &CREATED_SESSION)?;
    answer.expect(is_uuid(&id), "an id that is a UUID")?;
    answer.same("/data/status", "open")?;
    for field in ["success_url", "cancel_url", "metadata", "client_reference_id"] {
        answer.same(&format!("/data/{field}"), body[field].clone())?;
    }
    lives(&answer, 1_800_000)
}

async fn defaults(shop: &Shop) -> Outcome {
    let answer = shop.send(Request::new(Method::POST, SESSIONS)).await?;
    answer.says("Checkout session created")?;
    for field in ["success_url", "cancel_url", "client_reference_id"] {
        answer.same(&format!("/data/{field}"), Value::Null)?;
    }
    answer.same_text(&["data", "metadata"], "{}")?;
    lives(&answer, 1_800_000)
}

async fn reading(shop: &Shop) -> Outcome {
    let (id, created) = shop.create(json!({"client_reference_id": "order-456"})).await?;
    let read = shop.read_session(&id).await?;
    read.says("Checkout session retrieved")?;
    read.fields(&["data"], &SESSION)?;
    for field in ["id", "client_reference_id", "expires_at", "created_at"] {
        let pointer = format!("/data/{field}");
        read.same(&pointer, created.at(&pointer).clone())?;
    }
    read.same("/data/status", "open")?;
    for field in ["order_id", "order_status", "expired_reason"] {
        read.same(&format!("/data/{field}"), Value::Null)?;
    }
    Ok(())
}

async fn lifetimes(shop: &Shop) -> Outcome {
    for (number, millis) in [
        ("300", 300_000),
        ("300.001", 300_001),
        ("3e2", 300_000),
        ("1234.567", 1_234_567),
        ("86399.999", 86_399_999),
        ("86400", 86_400_000),
    ] {
        let (id, created) = shop.create(format!("{{\"expires_in\": {number}}}")).await?;
        lives(&created, millis)?;
        lives(&shop.read_session(&id).await?, millis)?;
    }
    Ok(())
}

async fn nulls(shop: &Shop) -> Outcome {
    let body = json!({
        "success_url": null, "cancel_url": null, "metadata": null, "client_reference_id": null, "expires_in": null,
    });
    let (_, answer) = shop.create(body).await?;
    for field in ["success_url", "cancel_url", "client_reference_id"] {
        answer.same(&format!("/data/{field}"), Value::Null)?;
    }
    answer.same_text(&["data", "metadata"], "{}")?;
    lives(&answer, 1_800_000)
}

async fn unknown_fields(shop: &Shop) -> Outcome {
    let body = json!({
        "id": "mine", "status": "complete", "order_id": 5, "expires_at": "never", "Expires_In": 1, "successUrl": 5,
    });
    let (id, answer) = shop.create(body).await?;
    answer.expect(is_uuid(&id), "an id of the server's own")?;
    answer.same("/data/status", "open")?;
    answer.fields(&["data"], &CREATED_SESSION)?;
    lives(&answer, 1_800_000)
}

async fn includes(shop: &Shop) -> Outcome {
    let path = format!("{SESSIONS}/{}", shop.create_session().await?);
    let with_order = shop.get(format!("{path}?include=order")).await?;
    with_order.ok()?;
    with_order.same("/data/order", Value::Null)?;
    let with_both = shop.get(format!("{path}?include=order,events")).await?;
    with_both.ok()?;
    with_both.same("/data/order", Value::Null)?;
    with_both.list("/data/events")?;
    for other in ["", "orders", "Order", "metadata", "true"] {
        shop.get(format!("{path}?include={other}")).await?.refused_field("include")?;
    }
    Ok(())
}

/// Goes on if the session's times are that far apart.
pub(super) fn lives(answer: &Answer, millis: u128) -> Outcome {
    let expected = format!("expires_at {millis} ms after created_at, both like 2026-01-02T03:04:05.678Z");
    let lifetime = match (time(answer.at("/data/created_at")), time(answer.at("/data/expires_at"))) {
        (Some(created), Some(expires)) => expires.checked_sub(created),
        _ => None,
    };
    answer.expect(lifetime == Some(millis), expected)
}

/// RFC 3339 in UTC with milliseconds, as milliseconds since the epoch.
pub(super) fn time(value: &Value) -> Option<u128> {
    let text = value.as_str().filter(|text| text.len() == 24 && text.ends_with('Z'))?;
    let time = humantime::parse_rfc3339(text).ok()?;
    Some(time.duration_since(UNIX_EPOCH).ok()?.as_millis())
}

fn is_uuid(text: &str) -> bool {
    let lengths: Vec<_> = text.split('-').map(str::len).collect();
    let hex = |text: &str| text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    lengths == [8, 4, 4, 4, 12] && text.split('-').all(hex)
}
