//! Bodies as a whole: none, no object, no JSON, no text, too long.

use reqwest::{
    Method,
    header::{CONTENT_TYPE, HeaderMap, HeaderValue},
};
use serde_json::json;
use tests::{client::order, scenario::Scenario};

use super::Watched;

const LIMIT: usize = 65_536;

/// The endpoints that take a body; the session of the last one does not exist.
const PATHS: [&str; 3] =
    ["/checkout-sessions", "/orders", "/checkout-sessions/0b2f6d1c-5a3e-8f47-9c1c-0199a3c0d5e8/expire"];

#[tokio::test]
async fn no_body_is_an_empty_object() {
    let api = Scenario::new().start().await;
    let created = api.send(Method::POST, "/checkout-sessions", "").await.ok();
    assert_eq!((&created["status"], &created["metadata"]), (&json!("open"), &json!({})));
    let expire = format!("/checkout-sessions/{}/expire", created["id"].as_str().unwrap());
    api.send(Method::POST, &expire, "").await.ok();
    let refused = api.send(Method::POST, "/orders", "").await;
    assert_eq!(refused.refused(400, "invalid_field")["param"], "type");
}

#[tokio::test]
async fn a_body_that_is_no_object_is_refused() {
    let watched = Watched::start().await;
    for path in PATHS {
        for body in ["[]", "[{}]", "\"{}\"", "5", "-1.5", "true", "false", "null", " null "] {
            let answer = watched.refuses_body(path, body, 400, "invalid_body").await;
            assert!(answer.message().contains("must be a JSON object"), "{body}: {}", answer.text);
        }
    }
}

#[tokio::test]
async fn a_body_that_is_no_json_is_refused() {
    let watched = Watched::start().await;
    let bodies = [
        " ",
        "\n",
        "{",
        "}",
        "{\"a\"",
        "{\"a\":}",
        "{\"a\":1,}",
        "{} {}",
        "{}x",
        "{'a':1}",
        "{a:1}",
        "{\"a\":01}",
        "{\"a\":+1}",
        "{\"a\":.5}",
        "{\"a\":1.}",
        "{\"a\":NaN}",
        "{\"a\":\"\n\"}",
        "{\"a\":\"\\x\"}",
        "\u{feff}{}",
        "{\"a\":nul}",
        "<xml/>",
        "a=1&b=2",
        "\0",
        "{\"metadata\":{\"a\":}}",
        "{\"metadata\":{\"a\" 1}}",
    ];
    for path in PATHS {
        for body in bodies {
            let answer = watched.refuses_body(path, body, 400, "invalid_body").await;
            assert!(answer.message().contains("JSON"), "{body}: {}", answer.text);
        }
    }
}

#[tokio::test]
async fn a_body_that_is_no_utf_8_is_refused() {
    let watched = Watched::start().await;
    let bodies: [&[u8]; 5] = [
        b"\xff",
        b"{\"metadata\":{\"a\":\"\xff\"}}",
        b"{\"client_reference_id\":\"\xed\xa0\x80\"}",
        b"{\"a\":\"\xc0\xaf\"}",
        b"\xff\xfe{\0}\0",
    ];
    for path in PATHS {
        for body in bodies {
            let answer = watched.refuses_body(path, body.to_vec(), 400, "invalid_body").await;
            assert!(answer.message().contains("UTF-8"), "{}", answer.text);
        }
    }
}

#[tokio::test]
async fn the_content_type_is_not_looked_at() {
    let api = Scenario::new().start().await;
    for kind in
        ["text/plain", "application/x-www-form-urlencoded", "image/png", "application/json; charset=utf-16"]
    {
        let headers = HeaderMap::from_iter([(CONTENT_TYPE, HeaderValue::from_static(kind))]);
        let body = "{\"client_reference_id\": \"ä\"}";
        let created = api.send_with(Method::POST, "/checkout-sessions", body, headers).await.ok();
        assert_eq!(created["client_reference_id"], "ä", "{kind}");
    }
}

#[tokio::test]
async fn a_body_of_64_kib_is_taken() {
    let api = Scenario::new().start().await;
    let session = api.create_session().await;
    let filled = |object: &str| {
        let fill = LIMIT - object.len() - ",\"filler\":\"\"".len();
        format!("{},\"filler\":\"{}\"}}", object.strip_suffix('}').unwrap(), "x".repeat(fill))
    };
    let wanted = filled(&order(Some(&session)).to_string());
    assert_eq!(wanted.len(), LIMIT);
    api.send(Method::POST, "/orders", wanted).await.ok();
    api.send(Method::POST, "/checkout-sessions", filled("{\"expires_in\":300}")).await.ok();
    let padded = format!("{{}}{}", " ".repeat(LIMIT - 2));
    api.send(Method::POST, &format!("/checkout-sessions/{session}/expire"), padded).await.ok();
}

#[tokio::test]
async fn a_longer_body_is_refused_for_its_length() {
    let watched = Watched::start().await;
    for path in PATHS {
        for length in [LIMIT + 1, 1024 * 1024, 8 * 1024 * 1024] {
            let body = format!("{{}}{}", " ".repeat(length - 2));
            let answer = watched.refuses_body(path, body, 413, "body_too_large").await;
            assert!(answer.message().contains("65536 bytes"), "{}", answer.text);
        }
        // In any encoding.
        watched.refuses_body(path, vec![0xff; LIMIT + 1], 413, "body_too_large").await;
        watched.refuses_body(path, "[".repeat(LIMIT + 1), 413, "body_too_large").await;
    }
}
