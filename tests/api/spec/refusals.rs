//! Refusals: of invalid requests, and of all requests while the database is down.

use reqwest::{Method, header::HeaderMap};
use serde_json::json;
use tests::{
    client::{Api, SHOP, USDC, order},
    proxy::{Fault, Proxy},
};

use super::{webhooks, witness::Witness};

const UNKNOWN: &str = "5392f7a7-d472-4d6b-9848-bd07117fb82d";

pub(super) async fn play(api: &Api, witness: &mut Witness) {
    for path in ["/checkout-sessions", "/orders", "/webhook-endpoints"] {
        for body in ["[]", "{", "null"] {
            witness.call(api, Method::POST, path, body).await.refused(400, "invalid_body");
        }
    }
    let wrong_url = json!({"success_url": "javascript:alert(1)"});
    witness.post(api, "/checkout-sessions", &wrong_url).await.refused(400, "invalid_field");
    witness.post(api, "/orders", &json!({})).await.refused(400, "invalid_field");
    for query in ["", "?creatorAddress=x&limit=0", "?creatorAddress=x&offset=-1"] {
        witness.get(api, &format!("/orders{query}")).await.refused(400, "invalid_field");
    }
    witness.get(api, &format!("/orders/{UNKNOWN}")).await.refused(404, "order_not_found");
    witness.get(api, "/orders/nope").await.refused(404, "order_not_found");
    witness.get(api, "/orders/").await.refused(404, "route_not_found");
    other_bodies(api, witness).await;
    too_large(api, witness).await;
    not_an_object(api, witness).await;
}

/// A key that was used with another body.
async fn other_bodies(api: &Api, witness: &mut Witness) {
    let headers = HeaderMap::from_iter([("idempotency-key".parse().unwrap(), "used".parse().unwrap())]);
    for (path, body) in [("/checkout-sessions", json!({})), ("/orders", order(None))] {
        for (body, code) in [(body.to_string(), None), (format!("{body} "), Some("idempotency_conflict"))] {
            let answer = api.send_with(Method::POST, path, body.clone(), headers.clone()).await;
            witness.check(&Method::POST, path, &body, &answer);
            assert_eq!(answer.body["error"]["code"].as_str(), code);
        }
    }
}

/// Orders that need more than the one configured chain.
pub(super) async fn play_routes(api: &Api, witness: &mut Witness) {
    for (field, code) in [("srcChain", "chain_not_supported"), ("dstTokenAddress", "route_not_supported")] {
        let mut body = order(None);
        body[field] = if field == "srcChain" { json!(1) } else { json!(SHOP) };
        witness.post(api, "/orders", &body).await.refused(400, code);
    }
    for (chain, token, code) in [(1, USDC, "chain_not_supported"), (8453, SHOP, "route_not_supported")] {
        let option = json!({"chain": chain, "token_address": token, "amount": "1"});
        let body = json!({"payment": {"recipient_address": SHOP, "options": [option]}});
        witness.post(api, "/checkout-sessions", &body).await.refused(400, code);
    }
}

async fn too_large(api: &Api, witness: &mut Witness) {
    let session = api.create_session().await;
    let expire = format!("/checkout-sessions/{session}/expire");
    let body = format!("{{}}{}", " ".repeat(65_535));
    for path in ["/checkout-sessions", "/orders", &expire] {
        witness.call(api, Method::POST, path, &body).await.refused(413, "body_too_large");
    }
    assert_eq!(api.session(&session).await.status(), "open");
}

/// A body that is no object; `expire` has no field, but its body is documented too.
async fn not_an_object(api: &Api, witness: &mut Witness) {
    let session = api.create_session().await;
    let expire = format!("/checkout-sessions/{session}/expire");
    witness.call(api, Method::POST, &expire, "[]").await;
}

/// Each endpoint while every call to the database fails.
pub(super) async fn play_outage(api: &Api, proxy: &Proxy, witness: &mut Witness) {
    let (session, id) = api.create_linked().await;
    for operation in ["PutItem", "GetItem", "UpdateItem", "Query", "BatchGetItem", "TransactWriteItems"] {
        proxy.inject(operation, &Fault::ServerError, 200);
    }
    let (get, post) = (Method::GET, Method::POST);
    let (page, form) = (format!("/checkout/{session}"), format!("option=8453:{USDC}"));
    let session = format!("/checkout-sessions/{session}");
    let mut calls = vec![
        (get.clone(), page.clone(), String::new()),
        (post.clone(), page, form),
        (post.clone(), "/checkout-sessions".to_owned(), String::new()),
        (get.clone(), session.clone(), String::new()),
        (post.clone(), format!("{session}/expire"), String::new()),
        (post.clone(), "/orders".to_owned(), order(None).to_string()),
        (get.clone(), format!("/orders/{id}"), String::new()),
        (get.clone(), format!("/orders?creatorAddress={SHOP}"), String::new()),
        (get.clone(), "/events".to_owned(), String::new()),
        (get, "/checkout-sessions".to_owned(), String::new()),
    ];
    calls.extend(webhooks::calls());
    let sent = calls.iter().map(|(method, path, body)| api.send(method.clone(), path, body.clone()));
    let answers = futures_util::future::join_all(sent).await;
    proxy.heal();
    for ((method, path, body), answer) in calls.iter().zip(&answers) {
        witness.check(method, path, body, answer);
        answer.refused(503, "unavailable");
    }
}
