//! Deeply nested JSON: passed through where it may be anything, refused where it may not, and nowhere
//! a reason to fall over.

use reqwest::Method;
use serde_json::json;
use tests::client::{Api, order};

use super::{Watched, raw_text};

fn nested(levels: usize) -> String {
    "[".repeat(levels) + &"]".repeat(levels)
}

#[tokio::test]
async fn metadata_8000_levels_deep_comes_back_unchanged() {
    let api = Api::start().await;
    let metadata = format!("\"metadata\":{{\"d\":{}}}", nested(8000));
    let created = raw_text(&api, Method::POST, "/checkout-sessions", format!("{{{metadata}}}")).await;
    assert!(created.contains(&metadata), "{}", &created[..200]);
    let id = created.split("\"id\":\"").nth(1).unwrap().get(..36).unwrap();
    let read = raw_text(&api, Method::GET, &format!("/checkout-sessions/{id}"), String::new()).await;
    assert!(read.contains(&metadata), "{}", &read[..200]);
}

#[tokio::test]
async fn an_orders_deep_metadata_comes_back_unchanged() {
    let api = Api::start().await;
    let member = format!("\"metadata\":{{\"d\":{}", nested(15_000));
    let wanted = order(None).to_string();
    let body = format!("{},{member}}}}}", wanted.strip_suffix('}').unwrap());
    let created = raw_text(&api, Method::POST, "/orders", body).await;
    assert!(created.contains(&member), "{}", &created[..200]);
    assert!(created.contains("\"srcToken\":{\"chainId\":8453"), "{}", &created[..200]);
}

#[tokio::test]
async fn a_deep_body_that_is_no_object_is_refused() {
    let watched = Watched::start().await;
    for path in ["/checkout-sessions", "/orders"] {
        for body in [nested(32_000), "[".repeat(65_000), "[{\"a\":".repeat(10_000)] {
            watched.refuses_body(path, body, 400, "invalid_body").await;
        }
        for body in ["{\"a\":".repeat(13_000), format!("{{\"a\":{}", "[".repeat(60_000))] {
            let answer = watched.refuses_body(path, body, 400, "invalid_body").await;
            assert!(answer.message().contains("valid JSON"), "{}", answer.text);
        }
    }
}

#[tokio::test]
async fn a_deep_unknown_field_is_ignored() {
    let api = Api::start().await;
    let body = format!("{{\"unknown\":{},\"expires_in\":300}}", nested(32_000));
    api.send(Method::POST, "/checkout-sessions", body).await.ok();
}

#[tokio::test]
async fn a_deep_value_where_text_or_a_number_belongs_is_refused_by_name() {
    let watched = Watched::start().await;
    for field in ["success_url", "cancel_url", "metadata", "client_reference_id", "expires_in"] {
        refuses_deep(&watched, "/checkout-sessions", format!("{{\"{field}\":{}}}", nested(30_000)), field)
            .await;
    }
    let fields = [
        "type",
        "recipientAddress",
        "srcChain",
        "dstChain",
        "srcTokenAddress",
        "dstTokenAddress",
        "srcAmount",
        "payload",
        "metadata",
        "onramp",
        "creatorAddress",
        "partnerId",
        "clientReferenceId",
        "checkoutSessionId",
        "callbackMetadata",
    ];
    for field in fields {
        let mut wanted = order(None);
        wanted[field] = json!("HERE");
        let body = wanted.to_string().replace("\"HERE\"", &nested(30_000));
        refuses_deep(&watched, "/orders", body, field).await;
    }
}

async fn refuses_deep(watched: &Watched, path: &str, body: String, field: &str) {
    let answer = watched.api.send(Method::POST, path, body).await;
    assert_eq!(answer.refused(400, "invalid_field")["param"], field, "{}", answer.text);
    watched.heard_nothing(field);
}
