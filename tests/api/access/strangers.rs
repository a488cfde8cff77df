//! The view of unauthenticated callers.

use serde_json::{Value, json};
use tests::client::{BUYER, USDC};

use super::{listed, noted_order, noted_session, shops};

#[tokio::test]
async fn strangers_see_neither_metadata_nor_references() {
    let (mut api, ours, _) = shops().await;
    api.use_key(Some(&ours));
    let session = api.post("/checkout-sessions", &noted_session()).await.ok();
    assert_eq!(
        (&session["metadata"], &session["client_reference_id"]),
        (&json!({"secret": 1}), &json!("cart-17"))
    );
    let id = session["id"].as_str().unwrap();

    api.use_key(None);
    let made = api.post("/orders", &noted_order(Some(id))).await.ok();
    let order = made["id"].as_str().unwrap();
    let path = format!("/checkout-sessions/{id}?include=order");
    let (full, read) = (api.get(&path).await.ok(), api.order(order).await);
    for session in [&api.session(id).await, &full] {
        assert_eq!((&session["metadata"], &session["client_reference_id"]), (&json!({}), &Value::Null));
    }
    for order in [&made, &full["order"]["order"], &read["order"]] {
        assert_eq!(order["metadata"]["secret"], Value::Null);
        for name in ["clientReferenceId", "creatorAddress", "partnerId", "checkoutSessionId"] {
            assert_eq!(order[name], Value::Null, "{name}");
        }
        // A payment page needs these.
        assert_eq!(order["metadata"]["srcToken"]["symbol"], "USDC");
    }

    // Their merchant sees everything, also on the order that an unauthenticated caller has created.
    api.use_key(Some(&ours));
    let full = api.get(&path).await.ok();
    assert_eq!(full["metadata"], json!({"secret": 1}));
    for order in [&full["order"]["order"], &api.order(order).await["order"], &listed(&api).await[0]] {
        assert_eq!(
            (&order["metadata"]["secret"], &order["clientReferenceId"]),
            (&json!(1), &json!("ref-17"))
        );
        assert_eq!((&order["creatorAddress"], &order["checkoutSessionId"]), (&json!(BUYER), &json!(id)));
    }
}

/// An order in this token that a merchant describes in their own way; returns its metadata as the merchant sees it and
/// as an unauthenticated caller does.
async fn described(token: &str, src_token: &Value, dst_token: &Value) -> (Value, Value) {
    let (mut api, ours, _) = shops().await;
    api.use_key(Some(&ours));
    let mut body = noted_order(None);
    (body["srcTokenAddress"], body["dstTokenAddress"]) = (token.into(), token.into());
    body["metadata"] = json!({"secret": 1, "srcToken": src_token, "dstToken": dst_token});
    let made = api.post("/orders", &body).await.ok();
    let id = made["id"].as_str().unwrap();
    assert_eq!(api.order(id).await["order"]["metadata"], made["metadata"]);
    api.use_key(None);
    (made["metadata"].clone(), api.order(id).await["order"]["metadata"].clone())
}

#[tokio::test]
async fn strangers_see_of_a_token_what_describes_it_and_nothing_else() {
    let sent = json!({"symbol": "OUR", "decimals": 2, "name": {"secret": 1}, "note": "secret",
                      "metadata": {"note": "secret"}, "address": null});
    let (ours, seen) = described(BUYER, &sent, &json!("secret")).await;
    assert_eq!(ours, json!({"secret": 1, "srcToken": sent, "dstToken": "secret"}));
    let unknown = json!({"chainId": 8453, "address": BUYER, "symbol": "UNKNOWN", "name": "Unknown token",
                         "decimals": 0, "metadata": {}});
    let mut described = unknown.clone();
    (described["symbol"], described["decimals"]) = ("OUR".into(), 2.into());
    assert_eq!(seen, json!({"srcToken": described, "dstToken": unknown}));
}

#[tokio::test]
async fn a_known_token_is_described_as_it_is_and_may_have_more_members() {
    let sent = json!({"chainId": 1, "address": BUYER, "symbol": "FAKE", "name": "Fake", "decimals": 18,
                      "logoURI": "https://shop.example/usdc.svg", "metadata": {"note": "secret"}});
    let (ours, seen) = described(USDC, &sent, &json!("secret")).await;
    let known = json!({"chainId": 8453, "address": USDC, "symbol": "USDC", "name": "USD Coin", "decimals": 6,
                       "metadata": {}});
    let mut with_more = known.clone();
    (with_more["logoURI"], with_more["metadata"]) = (sent["logoURI"].clone(), sent["metadata"].clone());
    assert_eq!(ours, json!({"secret": 1, "srcToken": with_more, "dstToken": known}));
    assert_eq!(seen, json!({"srcToken": known, "dstToken": known}));
}

#[tokio::test]
async fn strangers_order_for_sessions_only() {
    let (mut api, ours, _) = shops().await;
    api.use_key(None);
    api.post("/orders", &noted_order(None)).await.refused(401, "unauthorized");
    api.use_key(Some(&ours));
    assert_eq!(listed(&api).await, Vec::<Value>::new());
    let session = api.create_session().await;
    api.use_key(None);
    api.create_order(Some(&session)).await.ok();
}

#[tokio::test]
async fn a_strangers_description_of_a_token_is_shown_to_nobody() {
    let (mut api, ours, _) = shops().await;
    api.use_key(Some(&ours));
    let session = api.create_session().await;
    let mut body = noted_order(Some(&session));
    let spoof = json!({"chainId": 8453, "address": USDC, "symbol": "SPOOF", "name": "Spoof", "decimals": 18});
    body["metadata"]["srcToken"] = spoof.clone();
    body["metadata"]["dstToken"] = spoof;
    api.use_key(None);
    let made = api.post("/orders", &body).await.ok();
    let id = made["id"].as_str().unwrap();
    let for_strangers = api.order(id).await["order"].clone();
    api.use_key(Some(&ours));
    api.server.catch_up().await.unwrap();
    let events = api.get("/events").await.ok();
    assert!(events.to_string().contains(id));
    for shown in [&made, &for_strangers, &api.order(id).await["order"], &events] {
        let text = shown.to_string();
        assert!(text.contains("USD Coin") && !text.to_uppercase().contains("SPOOF"), "{text}");
    }
    assert_eq!(api.order(id).await["order"]["metadata"]["srcToken"]["decimals"], 6);

    // Of an unknown token too: the shop's tokens are for the shop to describe.
    let session = api.create_session().await;
    body["checkoutSessionId"] = session.into();
    (body["srcTokenAddress"], body["dstTokenAddress"]) = (BUYER.into(), BUYER.into());
    api.use_key(None);
    let made = api.post("/orders", &body).await.ok();
    api.use_key(Some(&ours));
    let stored = api.order(made["id"].as_str().unwrap()).await["order"]["metadata"].clone();
    for token in [&stored["srcToken"], &stored["dstToken"]] {
        assert_eq!((&token["symbol"], &token["decimals"]), (&json!("UNKNOWN"), &json!(0)));
    }
}
