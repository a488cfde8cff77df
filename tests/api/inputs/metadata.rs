//! Metadata comes back unchanged, to the byte.

use std::collections::HashMap;

use proptest::{
    prelude::*,
    test_runner::{Config, TestRunner},
};
use reqwest::Method;
use serde_json::value::RawValue;
use tests::{
    client::{Api, BUYER, order},
    scenario::Scenario,
};
use tokio::runtime::Runtime;

use super::raw_text;

/// Texts as tools write them, and as only people do.
const SAMPLES: [&str; 14] = [
    "{}",
    "{ }",
    "{\n\t\"b\": 1,\r\n\t\"a\" : 2\n}",
    "{\"z\":1,\"a\":2,\"m\":3,\"10\":4,\"9\":5}",
    "{\"n\":[1.0,1e2,1E+2,-0,-0.0,0.10,1e400,123456789012345678901234567890,0.1234567890123456789012345]}",
    "{\"a\":1,\"a\":2,\"\":{},\"\":[]}",
    "{\"text\":\"\\u0041\\/\\\"\\\\\\b\\f\\n\\r\\t ä 🦀 \\ud83e\\udd80 \u{2028}\u{7f}\"}",
    "{\"nul\":\"\\u0000\",\"lone\":\"\\ud800\"}",
    "{\"$ref\":\"#\",\"__proto__\":{\"x\":1},\"metadata\":{\"metadata\":null}}",
    "{\"deep\":{\"a\":{\"b\":{\"c\":{\"d\":[[[[[{}]]]]]}}}}}",
    "{\"null\":null,\"true\":true,\"false\":false}",
    "{\"{SESSION_ID}\":\"{ORDER_ID}\",\"html\":\"<script>alert(1)</script>\"}",
    "{\"$serde_json::private::RawValue\":\"[]\"}",
    "{\"$serde_json::private::Number\":\"1\"}",
];

fn space() -> impl Strategy<Value = String> {
    "[ \t\r\n]{0,2}"
}

fn string() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        6 => "[^\"\\\\\u{0}-\u{1f}]{1,4}",
        1 => "\\\\[\"\\\\/bfnrt]",
        1 => "\\\\u[0-9a-fA-F]{4}",
    ];
    prop::collection::vec(piece, 0..4).prop_map(|pieces| format!("\"{}\"", pieces.concat()))
}

fn number() -> impl Strategy<Value = String> {
    "-?(0|[1-9][0-9]{0,30})(\\.[0-9]{1,30})?([eE][+-]?[0-9]{1,4})?"
}

/// An object; members may share a name.
fn object(value: impl Strategy<Value = String>) -> impl Strategy<Value = String> {
    let name = prop_oneof![3 => string(), 1 => Just("\"a\"".to_owned())];
    let member =
        (space(), name, space(), value).prop_map(|(a, name, b, value)| format!("{a}{name}{b}:{value}"));
    let members = prop::collection::vec(member, 0..5);
    (members, space()).prop_map(|(members, space)| match members.is_empty() {
        true => format!("{{{space}}}"),
        false => format!("{{{}}}", members.join(",")),
    })
}

fn value() -> impl Strategy<Value = String> {
    let literal = prop::sample::select(vec!["null", "true", "false"]).prop_map(str::to_owned);
    let leaf = prop_oneof![1 => literal, 3 => number(), 3 => string()];
    let padded = |inner: BoxedStrategy<String>| {
        (space(), inner, space()).prop_map(|(before, value, after)| format!("{before}{value}{after}")).boxed()
    };
    padded(leaf.boxed()).prop_recursive(6, 60, 5, move |inner| {
        let array =
            prop::collection::vec(inner.clone(), 1..5).prop_map(|items| format!("[{}]", items.join(",")));
        padded(prop_oneof![array, object(inner)].boxed())
    })
}

/// Runs `check` on one server for all texts.
fn for_each_text(check: impl AsyncFn(&Api, &str)) {
    let runtime = Runtime::new().unwrap();
    let api = runtime.block_on(Scenario::new().start());
    for sample in SAMPLES {
        runtime.block_on(check(&api, sample));
    }
    let texts = object(value()).prop_filter("longer than metadata may be", |text| text.len() <= 16_384);
    let config = Config { cases: 32, failure_persistence: None, ..Config::default() };
    let run = TestRunner::new(config).run(&texts, |text| {
        runtime.block_on(check(&api, &text));
        Ok(())
    });
    run.unwrap_or_else(|failure| panic!("{failure}"));
}

/// An object's members, each as its own text.
#[track_caller]
fn members(object: &str) -> HashMap<&str, &RawValue> {
    serde_json::from_str(object).unwrap_or_else(|error| panic!("{error}: {object}"))
}

/// The members of an answer's data.
#[track_caller]
fn data(answer: &str) -> HashMap<&str, &RawValue> {
    members(members(answer).get("data").unwrap_or_else(|| panic!("{answer}")).get())
}

#[test]
fn a_sessions_metadata_comes_back_as_the_text_that_was_sent() {
    for_each_text(async |api, metadata| {
        let body = format!("{{\"metadata\" :\n{metadata} }}");
        let created = raw_text(api, Method::POST, "/checkout-sessions", body).await;
        let created = data(&created);
        assert_eq!(created["metadata"].get(), metadata);
        let path = format!("/checkout-sessions/{}", created["id"].get().trim_matches('"'));
        let read = raw_text(api, Method::GET, &path, String::new()).await;
        assert_eq!(data(&read)["metadata"].get(), metadata);
    });
}

#[test]
fn an_orders_payload_and_metadata_come_back_as_the_texts_that_were_sent() {
    for_each_text(async |api, text| {
        // Known tokens are described as they are, whatever was sent.
        let metadata = format!("{{\"srcToken\" : {text},\"dstToken\":1.0, \"more\":{text}}}");
        let mut wanted = order(None);
        wanted["srcTokenAddress"] = BUYER.into();
        wanted["dstTokenAddress"] = BUYER.into();
        wanted["type"] = "deposit_first".into();
        wanted["payload"] = "PAYLOAD".into();
        wanted["metadata"] = "METADATA".into();
        let body = wanted.to_string().replace("\"PAYLOAD\"", text).replace("\"METADATA\"", &metadata);
        let created = raw_text(api, Method::POST, "/orders", body).await;
        let created = data(&created);
        assert_eq!((created["payload"].get(), created["metadata"].get()), (text, metadata.as_str()));
        let path = format!("/orders/{}", created["id"].get().trim_matches('"'));
        let read = raw_text(api, Method::GET, &path, String::new()).await;
        let order = members(data(&read)["order"].get());
        assert_eq!((order["payload"].get(), order["metadata"].get()), (text, metadata.as_str()));
    });
}
