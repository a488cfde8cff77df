//! A merchant's own data, which comes back as it was sent.

use serde_json::json;

use super::chapter;
use crate::smoke::{
    Check,
    failure::Outcome,
    shop::{ORDERS, SESSIONS, Shop},
};

pub(super) fn checks() -> Vec<Check> {
    chapter!("texts",
        "metadata comes back byte for byte" => metadata,
        "client_reference_id comes back as sent" => references,
        "an order's payload and metadata come back byte for byte" => of_orders,
    )
}

/// Nesting, the order of members, white space, and spellings of numbers and characters that a parser changes.
const TEXTS: [&str; 8] = [
    r#"{"b":1,"a":{"d":[1,[2,{"c":[]}]],"c":{}}}"#,
    r#"{"price":1.0,"more":1e2,"less":-0.0,"tiny":1E-7,"exact":0.10}"#,
    r#"{"serial":123456789012345678901234567890}"#,
    r#"{"name":"Zoë 🦀 e\u0301","escaped":"\u00e9\/\ud83e\udd80"}"#,
    r#"{ "spaced" : [ 1 , 2 ] }"#,
    r#"{"null":null,"true":true,"empty":"","list":[],"object":{}}"#,
    r#"{"10":1,"9":2,"a":3,"A":4}"#,
    "{}",
];

async fn metadata(shop: &Shop) -> Outcome {
    for text in TEXTS {
        let (id, created) = shop.create(format!("{{\"metadata\":{text}}}")).await?;
        created.same_text(&["data", "metadata"], text)?;
        shop.read_session(&id).await?.same_text(&["data", "metadata"], text)?;
        let events = shop.get(format!("{SESSIONS}/{id}?include=events")).await?;
        events.ok()?;
        let shown = events.text.matches(&format!("\"metadata\":{text}")).count();
        events.expect(shown == 2, format!("twice, in the session and in its event, the metadata {text}"))?;
    }
    Ok(())
}

async fn references(shop: &Shop) -> Outcome {
    let odd = ["x", " padded ", "\"quoted\"\\", "e\u{301} é", "line\nbreak", "null"].map(str::to_owned);
    for reference in odd.into_iter().chain(["x".repeat(255), "🦀".repeat(255)]) {
        let (id, created) = shop.create(json!({"client_reference_id": reference})).await?;
        created.same("/data/client_reference_id", reference.clone())?;
        shop.read_session(&id).await?.same("/data/client_reference_id", reference)?;
    }
    Ok(())
}

/// The server describes both tokens itself; all other metadata comes back as it was sent.
async fn of_orders(shop: &Shop) -> Outcome {
    for text in TEXTS {
        let payload = format!(r#"{{"expectedDstAmount":"1000000", "more":{text}}}"#);
        let metadata = format!(r#"{{"more": {text}}}"#);
        let mut order = shop.order(None);
        (order["payload"], order["metadata"]) = ("PAYLOAD".into(), "METADATA".into());
        let body = order.to_string().replace("\"PAYLOAD\"", &payload).replace("\"METADATA\"", &metadata);
        let created = shop.post(ORDERS, body).await?;
        created.ok()?;
        created.same_text(&["data", "payload"], &payload)?;
        created.same_text(&["data", "metadata", "more"], text)?;
        let read = shop.read_order(&created.string("/data/id")?).await?;
        read.same_text(&["data", "order", "payload"], &payload)?;
        read.same_text(&["data", "order", "metadata", "more"], text)?;
    }
    Ok(())
}
