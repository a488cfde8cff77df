//! API keys: requests without one are refused, or see less.

use reqwest::Method;
use serde_json::{Value, json};

use super::chapter;
use crate::smoke::{
    Check,
    answer::Answer,
    failure::{Outcome, skip},
    request::{Body, Key, Request},
    shop::{ENDPOINTS, ORDERS, SESSIONS, Shop, fresh, fresh_address},
};

pub(super) fn checks() -> Vec<Check> {
    chapter!("access",
        "what a merchant does needs an API key" => needed,
        "a wrong API key is refused, even where none is needed" => wrong_key,
        "an API key is accepted as x-api-key too" => other_header,
        "without an API key a session shows no metadata and no reference" => session_redacted,
        "without an API key an order shows no metadata and no reference" => order_redacted,
        "without an API key an order can be created for a session" => buyers_order,
        "without an API key no order is created without a session" => order_without_session,
        "without an API key an order is bounded" => bounded_order,
        "without an API key an idempotency key is its session's" => keys_of_sessions,
    )
}

/// Goes on where the server requires keys, and we have one.
fn keys_only(shop: &Shop) -> Outcome {
    match shop.requires_keys() {
        true => Ok(()),
        false => skip("this server requires no API keys"),
    }
}

fn asks_for_key(answer: &Answer) -> Outcome {
    answer.refused(401, "unauthorized")?;
    answer.expect(answer.header("www-authenticate") == "Bearer", "the header WWW-Authenticate: Bearer")
}

async fn needed(shop: &Shop) -> Outcome {
    keys_only(shop)?;
    let session = shop.create_session().await?;
    let endpoint = format!("{ENDPOINTS}/we_{}", fresh());
    for (method, path) in [
        (Method::POST, SESSIONS.to_owned()),
        (Method::GET, SESSIONS.to_owned()),
        (Method::POST, format!("{SESSIONS}/{session}/expire")),
        (Method::GET, format!("{SESSIONS}/{session}?include=events")),
        (Method::GET, format!("{ORDERS}?creatorAddress={}", fresh_address())),
        (Method::GET, "/events".to_owned()),
        (Method::GET, ENDPOINTS.to_owned()),
        (Method::GET, endpoint.clone()),
        (Method::DELETE, endpoint.clone()),
        (Method::POST, format!("{endpoint}/rotate-secret")),
        (Method::POST, format!("{endpoint}/test")),
        (Method::GET, format!("{endpoint}/deliveries")),
    ] {
        asks_for_key(&shop.send(Request::new(method, path).key(Key::None)).await?)?;
    }
    let body = Body::Text(json!({"url": "https://example.com/", "enabled": false}).to_string());
    let request = Request::new(Method::POST, ENDPOINTS).body(body);
    asks_for_key(&shop.send(request.key(Key::None)).await?)?;
    shop.read_session(&session).await?.same("/data/status", "open")
}

async fn wrong_key(shop: &Shop) -> Outcome {
    keys_only(shop)?;
    let (session, order) = shop.create_linked().await?;
    for key in ["x", "ck_0123456789abcdef_0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"] {
        for path in [format!("{SESSIONS}/{session}"), format!("{ORDERS}/{order}"), "/events".to_owned()] {
            asks_for_key(&shop.send(Request::get(path).key(Key::Other(key))).await?)?;
        }
        asks_for_key(&shop.send(Request::new(Method::POST, SESSIONS).key(Key::Other(key))).await?)?;
    }
    Ok(())
}

async fn other_header(shop: &Shop) -> Outcome {
    keys_only(shop)?;
    shop.send(Request::new(Method::POST, SESSIONS).key(Key::OursAsHeader)).await?.ok()
}

async fn order_without_session(shop: &Shop) -> Outcome {
    keys_only(shop)?;
    let body = Body::Text(shop.order(None).to_string());
    asks_for_key(&shop.send(Request::new(Method::POST, ORDERS).body(body).key(Key::None)).await?)
}

/// A session and its order, both with notes of the merchant's; their ids.
async fn noted(shop: &Shop) -> Outcome<(String, String)> {
    let notes = json!({"metadata": {"secret": 1}, "client_reference_id": "cart-17"});
    let (session, _) = shop.create(notes).await?;
    let created = shop.post(ORDERS, noted_order(shop, &session)).await?;
    created.ok()?;
    created.same("/data/metadata/secret", 1)?;
    Ok((session, created.string("/data/id")?))
}

fn noted_order(shop: &Shop, session: &str) -> Value {
    let mut order = shop.order(Some(session));
    order["metadata"] = json!({"secret": 1});
    order["clientReferenceId"] = "ref-17".into();
    order
}

/// Goes on if the order at this pointer shows none of its notes, but what a payment page needs.
fn shows_no_notes(answer: &Answer, order: &str) -> Outcome {
    answer.ok()?;
    let secret = answer.body.pointer(&format!("{order}/metadata/secret"));
    answer.expect(secret.is_none(), "an order's metadata without what the merchant has put there")?;
    for name in ["clientReferenceId", "creatorAddress", "partnerId", "checkoutSessionId"] {
        answer.same(&format!("{order}/{name}"), Value::Null)?;
    }
    let symbol = answer.at(&format!("{order}/metadata/srcToken/symbol"));
    answer.expect(symbol.is_string(), "a metadata.srcToken.symbol, which payment pages read")
}

async fn session_redacted(shop: &Shop) -> Outcome {
    keys_only(shop)?;
    let (session, _) = noted(shop).await?;
    for query in ["", "?include=order"] {
        let path = format!("{SESSIONS}/{session}{query}");
        let seen = shop.send(Request::get(path).key(Key::None)).await?;
        seen.ok()?;
        seen.same("/data/metadata", json!({}))?;
        seen.same("/data/client_reference_id", Value::Null)?;
    }
    let seen = shop.read_session(&session).await?;
    seen.same("/data/metadata", json!({"secret": 1}))?;
    seen.same("/data/client_reference_id", "cart-17")
}

async fn order_redacted(shop: &Shop) -> Outcome {
    keys_only(shop)?;
    let (session, order) = noted(shop).await?;
    let alone = shop.send(Request::get(format!("{ORDERS}/{order}")).key(Key::None)).await?;
    shows_no_notes(&alone, "/data/order")?;
    let included = format!("{SESSIONS}/{session}?include=order");
    shows_no_notes(&shop.send(Request::get(included).key(Key::None)).await?, "/data/order/order")?;
    let seen = shop.read_order(&order).await?;
    seen.same("/data/order/metadata/secret", 1)?;
    seen.same("/data/order/clientReferenceId", "ref-17")
}

async fn buyers_order(shop: &Shop) -> Outcome {
    keys_only(shop)?;
    let session = shop.create_session().await?;
    let request = Request::post(ORDERS, noted_order(shop, &session)).key(Key::None);
    let created = shop.send(request).await?;
    created.says("Created order successfully")?;
    shows_no_notes(&created, "/data")?;
    let read = shop.read_session(&session).await?;
    read.same("/data/order_id", created.at("/data/id").clone())
}

async fn bounded_order(shop: &Shop) -> Outcome {
    keys_only(shop)?;
    let session = shop.create_session().await?;
    let mut order = shop.order(Some(&session));
    order["payload"]["note"] = "x".repeat(4096).into();
    shop.send(Request::post(ORDERS, order).key(Key::None)).await?.refused_field("payload")
}

async fn keys_of_sessions(shop: &Shop) -> Outcome {
    keys_only(shop)?;
    let key = fresh();
    for _ in 0..2 {
        let session = shop.create_session().await?;
        let request = Request::post(ORDERS, shop.order(Some(&session))).key(Key::None);
        shop.send(request.header("idempotency-key", key.clone())).await?.ok()?;
    }
    Ok(())
}
