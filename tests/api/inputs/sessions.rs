//! The fields of `POST /checkout-sessions`.

use chrono::DateTime;
use reqwest::Method;
use serde_json::{Value, json};
use tests::scenario::Scenario;

use super::Watched;

const PATH: &str = "/checkout-sessions";

#[tokio::test]
async fn a_value_of_the_wrong_type_is_refused_by_name() {
    let watched = Watched::start().await;
    let not_text = [json!(5), json!(1.5), json!(true), json!([]), json!({}), json!(["https://shop.example"])];
    for field in ["success_url", "cancel_url", "client_reference_id"] {
        for value in &not_text {
            watched.refuses(PATH, &json!({field: value}), field, "must be a string").await;
        }
    }
    for value in [json!("x"), json!("{}"), json!(5), json!(true), json!([]), json!([{}])] {
        watched.refuses(PATH, &json!({"metadata": value}), "metadata", "must be an object").await;
    }
    for value in [json!("1800"), json!(""), json!(true), json!([1800]), json!({})] {
        watched.refuses(PATH, &json!({"expires_in": value}), "expires_in", "must be a number").await;
    }
}

#[tokio::test]
async fn a_url_that_no_buyer_can_be_sent_to_is_refused() {
    let watched = Watched::start().await;
    let urls = [
        "",
        " ",
        "shop.example",
        "/done",
        "//shop.example/done",
        "https:",
        "https://",
        "https:///done",
        "http:shop",
        "https://shop.example/a b",
        "https://shop.example/ä",
        "https://shop.example/%zz",
        "https://shop.example/{ID}",
        "https://shop.example/{session_id}",
        "https://{SESSION_ID}.shop.example/",
        "{SESSION_ID}://shop.example/",
        "https://shop.example:{ORDER_ID}/",
        "https://%7BSESSION_ID%7D.example/",
        "javascript:alert(1)",
        "JavaScript:alert(1)",
        "data:text/html,x",
        "vbscript:x",
        "blob:https://shop.example/x",
        "file:///etc/passwd",
        "about:blank",
        "view-source:https://shop.example",
        "https://shop.example/\u{0}",
        " https://shop.example",
    ];
    for field in ["success_url", "cancel_url"] {
        for url in urls {
            watched.refuses(PATH, &json!({field: url}), field, "must").await;
        }
        let url = format!("https://shop.example/{}", "a".repeat(2048 - 20));
        watched.refuses(PATH, &json!({field: url}), field, "2048").await;
    }
}

#[tokio::test]
async fn a_url_of_2048_characters_is_taken() {
    let api = Scenario::new().start().await;
    let url = format!("https://shop.example/{}", "a".repeat(2048 - 21));
    assert_eq!(url.len(), 2048);
    let created = api.post(PATH, &json!({"success_url": url, "cancel_url": url})).await.ok();
    assert_eq!((&created["success_url"], &created["cancel_url"]), (&json!(url), &json!(url)));
    let resolved = api.session(created["id"].as_str().unwrap()).await["success_url"].clone();
    assert_eq!(resolved, format!("{url}?sessionId={}", created["id"].as_str().unwrap()));
}

#[tokio::test]
async fn a_lifetime_out_of_bounds_is_refused_and_never_clamped() {
    let watched = Watched::start().await;
    let numbers = [
        "299.999",
        "299",
        "0",
        "-0",
        "-300",
        "86400.001",
        "86401",
        "299.9999999",
        "86400.0000001",
        "1e400",
        "-1e400",
        "1e5",
        "3e-400",
        "123456789012345678901234567890",
        "0.3e2",
    ];
    for number in numbers {
        let body = format!("{{\"expires_in\": {number}}}");
        let answer = watched.api.send(Method::POST, PATH, body).await;
        assert_eq!(answer.refused(400, "invalid_field")["param"], "expires_in", "{number}");
        assert_eq!(answer.message(), "expires_in must be between 300 and 86400", "{number}");
        watched.heard_nothing(number);
    }
}

#[tokio::test]
async fn a_lifetime_counts_to_the_millisecond() {
    let api = Scenario::new().start().await;
    let lifetimes = [
        ("300", 300_000),
        ("300.0", 300_000),
        ("3e2", 300_000),
        ("300.001", 300_001),
        ("1234.567", 1_234_567),
        ("86399.999", 86_399_999),
        ("86400", 86_400_000),
        ("8.64e4", 86_400_000),
        ("1800.0004", 1_800_000),
        ("600.5", 600_500),
        ("null", 1_800_000),
    ];
    for (number, millis) in lifetimes {
        let body = format!("{{\"expires_in\": {number}}}");
        let created = api.send(Method::POST, PATH, body).await.ok();
        assert_eq!(instant(&created["expires_at"]) - instant(&created["created_at"]), millis, "{number}");
    }
}

/// RFC 3339 in UTC with milliseconds, as milliseconds since the epoch.
fn instant(value: &Value) -> i64 {
    let text = value.as_str().unwrap();
    assert!(text.len() == 24 && text.ends_with('Z'), "{text}");
    DateTime::parse_from_rfc3339(text).unwrap().timestamp_millis()
}

#[tokio::test]
async fn a_reference_has_1_to_255_characters_and_comes_back_as_sent() {
    let api = Scenario::new().start().await;
    let long = ["x".repeat(255), "ä".repeat(255), "🦀".repeat(255), "\u{301}".repeat(255)];
    let odd =
        ["x", " ", " padded ", "\u{0}", "\"quoted\"\\", "line\nbreak", "null", "e\u{301}"].map(str::to_owned);
    for reference in odd.into_iter().chain(long) {
        let created = api.post(PATH, &json!({"client_reference_id": reference})).await.ok();
        assert_eq!(created["client_reference_id"], reference);
        let session = api.session(created["id"].as_str().unwrap()).await;
        assert_eq!(session["client_reference_id"], reference);
    }
}

#[tokio::test]
async fn a_reference_that_is_empty_or_too_long_is_refused() {
    let watched = Watched::start().await;
    for reference in [String::new(), "x".repeat(256), "ä".repeat(256), "🦀".repeat(256)] {
        let body = json!({"client_reference_id": reference});
        watched.refuses(PATH, &body, "client_reference_id", "1 to 255 characters").await;
    }
}

#[tokio::test]
async fn metadata_has_16_kib_as_sent() {
    let watched = Watched::start().await;
    for (body, length) in [metadata_of(16_384), spaced_metadata_of(16_384), wide_metadata_of(16_384)] {
        assert_eq!(length, 16_384);
        watched.api.send(Method::POST, PATH, body).await.ok();
    }
    watched.proxy.take_operations();
    for (body, length) in [metadata_of(16_385), spaced_metadata_of(16_385), wide_metadata_of(16_385)] {
        assert_eq!(length, 16_385);
        let answer = watched.api.send(Method::POST, PATH, body).await;
        assert_eq!(answer.refused(400, "invalid_field")["param"], "metadata");
        assert!(answer.message().contains("16384 bytes"), "{}", answer.text);
        watched.heard_nothing("metadata");
    }
}

fn in_body(metadata: &str) -> (String, usize) {
    (format!("{{ \"metadata\" :  {metadata} }}"), metadata.len())
}

fn metadata_of(bytes: usize) -> (String, usize) {
    in_body(&format!("{{\"a\":\"{}\"}}", "x".repeat(bytes - 8)))
}

/// Metadata of this many bytes; white space inside the object counts.
fn spaced_metadata_of(bytes: usize) -> (String, usize) {
    in_body(&format!("{{{}}}", " ".repeat(bytes - 2)))
}

/// Metadata of this many bytes; bytes count, not characters.
fn wide_metadata_of(bytes: usize) -> (String, usize) {
    let fill = "ä".repeat((bytes - 8) / 2) + if bytes.is_multiple_of(2) { "" } else { "x" };
    in_body(&format!("{{\"a\":\"{fill}\"}}"))
}

#[tokio::test]
async fn null_means_not_given() {
    let api = Scenario::new().start().await;
    let body = json!({
        "success_url": null, "cancel_url": null, "metadata": null, "client_reference_id": null, "expires_in": null,
    });
    let created = api.post(PATH, &body).await.ok();
    assert_eq!(created["metadata"], json!({}));
    for field in ["success_url", "cancel_url", "client_reference_id"] {
        assert_eq!(created[field], Value::Null, "{field}");
    }
    assert_eq!(instant(&created["expires_at"]) - instant(&created["created_at"]), 1_800_000);
}

#[tokio::test]
async fn unknown_fields_are_ignored() {
    let api = Scenario::new().start().await;
    let body = json!({
        "id": "mine", "status": "complete", "order_id": 5, "expires_at": "never", "Expires_In": 1, "": [],
        "successUrl": 5, "client_reference_id": "cart-17",
    });
    let created = api.post(PATH, &body).await.ok();
    assert_eq!((&created["status"], &created["client_reference_id"]), (&json!("open"), &json!("cart-17")));
    assert_ne!(created["id"], "mine");
    assert_eq!(created.as_object().unwrap().len(), 11);
}
