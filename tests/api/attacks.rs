//! Attacks by callers without a key, and by merchants' servers, on a deployment with the template's defaults.

pub(crate) mod dust;
mod floods;
mod hanging;
mod orders;

use reqwest::{Method, header::HeaderMap};
use serde_json::{Value, json};
use shared::keys::Scope;
use tests::{
    client::{Answer, Api, BUYER, order},
    scenario::Scenario,
};

use crate::template::parameter_default;

/// A server as the template deploys it unless an operator says otherwise.
fn deployed() -> Scenario {
    let api_keys = parameter_default("ApiKeys") == "required";
    Scenario::new().with(|options| (options.api_keys, options.closed_lists) = (api_keys, true))
}

/// A session of this key's merchant.
async fn session_of(api: &mut Api, key: &str) -> String {
    api.use_key(Some(key));
    let session = api.create_session().await;
    api.use_key(None);
    session
}

/// `POST /orders` under an idempotency key.
async fn order_under(api: &Api, key: &str, body: &Value) -> Answer {
    let headers = HeaderMap::from_iter([("idempotency-key".parse().unwrap(), key.parse().unwrap())]);
    api.send_with(Method::POST, "/orders", body.to_string(), headers).await
}

fn order_of_buyer(session: Option<&str>) -> Value {
    let mut body = order(session);
    body["creatorAddress"] = BUYER.into();
    body
}

#[tokio::test]
async fn a_stranger_expires_no_session_by_an_id_that_is_guessed_listed_or_known() {
    let mut api = deployed().start().await;
    let key = api.make_key("shop", Scope::Write, None).await;
    let known = session_of(&mut api, &key).await;
    // A buyer's order is in flight.
    let order = api.post("/orders", &order_of_buyer(Some(&known))).await.ok()["id"].clone();
    let listed = api.get(&format!("/orders?creatorAddress={BUYER}")).await;
    listed.refused(401, "unauthorized");
    let seen = api.order(order.as_str().unwrap()).await;
    assert_eq!(seen["order"]["checkoutSessionId"], Value::Null);
    api.get("/checkout-sessions").await.refused(401, "unauthorized");
    let guessed = "0b2f6d1c-5a3e-8f47-9c1d-0199a3c0d5e8";
    for id in [&known, guessed] {
        api.expire(id).await.refused(401, "unauthorized");
    }
    assert_eq!(api.session(&known).await.status(), "open");
    // Another merchant's key, and a key that only reads, do not help.
    let other = api.make_key("other", Scope::Write, None).await;
    let reading = api.make_key("shop", Scope::Read, None).await;
    for (key, status, code) in [(other, 400, "session_not_found"), (reading, 403, "forbidden")] {
        api.use_key(Some(&key));
        api.expire(&known).await.refused(status, code);
    }
    api.use_key(Some(&key));
    assert_eq!(api.session(&known).await.order_status(), Some("scanning_deposit_transaction"));
    api.expire(&known).await.ok();
}

#[tokio::test]
async fn an_idempotency_key_that_a_stranger_squats_blocks_no_other_session() {
    let mut api = deployed().start().await;
    let key = api.make_key("shop", Scope::Write, None).await;
    let (squatted, other) = (session_of(&mut api, &key).await, session_of(&mut api, &key).await);
    order_under(&api, "1", &order_of_buyer(Some(&squatted))).await.ok();
    let body = order_of_buyer(Some(&other));
    let first = order_under(&api, "1", &body).await.ok();
    // It is still the key of that order, for that session alone.
    let again = order_under(&api, "1", &body).await;
    assert_eq!((&again.headers["idempotent-replayed"], again.ok()), (&"true".parse().unwrap(), first));
    order_under(&api, "1", &order(Some(&other))).await.refused(409, "idempotency_conflict");
    // Nor is it a merchant's.
    api.use_key(Some(&key));
    order_under(&api, "1", &order_of_buyer(None)).await.ok();
}

#[tokio::test]
async fn strangers_fill_no_feed() {
    let mut api = deployed().start().await;
    let key = api.make_key("shop", Scope::Write, None).await;
    let session = session_of(&mut api, &key).await;
    for session in [None, Some(session.as_str())] {
        for _ in 0..20 {
            let answer = api.post("/orders", &order_of_buyer(session)).await;
            assert!([200, 401, 409].contains(&answer.status.as_u16()), "{}", answer.text);
        }
    }
    api.server.catch_up().await.unwrap();
    for owner in ["shop", "default"] {
        let key = api.make_key(owner, Scope::Read, None).await;
        api.use_key(Some(&key));
        let events = api.get("/events?limit=100").await.ok()["events"].as_array().unwrap().clone();
        let types: Vec<_> = events.iter().map(|event| event["type"].as_str().unwrap()).collect();
        match owner {
            // The merchant's session takes one order.
            "shop" => assert_eq!(types, ["checkout.session.created", "order.created"]),
            _ => assert_eq!(types, [""; 0]),
        }
    }
}

/// The meaning of `ApiKeys=off`, as docs/api-keys.md has it: the attacks above succeed.
#[tokio::test]
async fn with_keys_off_every_caller_expires_what_is_listed_and_fills_the_default_owners_feed() {
    let mut api = Scenario::new().start().await;
    let session = api.create_session().await;
    api.post("/orders", &order_of_buyer(Some(&session))).await.ok();
    let listed = api.get(&format!("/orders?creatorAddress={BUYER}")).await.ok();
    api.expire(listed[0]["checkoutSessionId"].as_str().unwrap()).await.ok();
    for _ in 0..20 {
        api.post("/orders", &order_of_buyer(None)).await.ok();
    }
    api.server.catch_up().await.unwrap();
    let events = api.get("/events?limit=100").await.ok();
    assert_eq!(events["events"].as_array().unwrap().len(), 3 + 20);
    // Keys of strangers and merchants are one set then.
    order_under(&api, "1", &order_of_buyer(None)).await.ok();
    api.use_key(Some("ck_nonsense"));
    order_under(&api, "1", &order(None)).await.refused(409, "idempotency_conflict");
}

#[tokio::test]
async fn a_function_without_the_setting_requires_keys() {
    // The variable is set in no test, and the server turns keys off by itself.
    assert!(shared::edge::Settings::from_env().unwrap().api_keys);
    Scenario::new().start().await.post("/checkout-sessions", &json!({})).await.ok();
}
