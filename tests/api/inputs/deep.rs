//! Deeply nested JSON: passed through where anything is allowed, refused elsewhere, and never a reason to crash.

use reqwest::Method;
use serde_json::json;
use tests::{client::order, scenario::Scenario};

use super::{Watched, orders::REQUIRED, raw_text};

fn nested(levels: usize) -> String {
    "[".repeat(levels) + &"]".repeat(levels)
}

/// Each stored object, with a member so deep that the object as a whole has `levels`.
fn kept(levels: usize) -> [(&'static str, &'static str, String); 3] {
    let deep = format!("{{\"d\":{}}}", nested(levels - 1));
    let with = |field: &str| {
        let mut wanted = order(None);
        wanted["type"] = json!("deposit_first");
        wanted[field] = json!("HERE");
        wanted.to_string().replace("\"HERE\"", &deep)
    };
    [
        ("/checkout-sessions", "metadata", format!("{{\"metadata\":{deep}}}")),
        ("/orders", "metadata", with("metadata")),
        ("/orders", "payload", with("payload")),
    ]
}

#[tokio::test]
async fn what_is_kept_may_be_a_hundred_levels_deep_and_comes_back_unchanged() {
    let api = Scenario::new().start().await;
    for (path, field, body) in kept(100) {
        let text = raw_text(&api, Method::POST, path, body).await;
        assert!(text.contains(&nested(99)), "{path} {field}");
        serde_json::from_str::<serde_json::Value>(&text).unwrap();
    }
}

#[tokio::test]
async fn what_is_kept_must_be_readable_by_any_client() {
    let watched = Watched::start().await;
    for levels in [101, 8000, 30_000] {
        for (path, field, body) in kept(levels) {
            refuses_deep(&watched, path, body, field).await;
        }
    }
    let brackets_in_text = format!("{{\"metadata\":{{\"d\":\"\\\"{}\"}}}}", "[".repeat(500));
    watched.api.send(Method::POST, "/checkout-sessions", brackets_in_text).await.ok();
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
    let api = Scenario::new().start().await;
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
    let optional = [
        "metadata",
        "onramp",
        "creatorAddress",
        "partnerId",
        "clientReferenceId",
        "checkoutSessionId",
        "callbackMetadata",
    ];
    for field in REQUIRED.into_iter().chain(optional) {
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
