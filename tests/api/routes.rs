//! The orders that are accepted where chains are configured.

use serde_json::{Value, json};
use shared::chains::Chains;
use tests::{
    client::{Api, BUYER, USDC, order},
    scenario::Scenario,
};

/// An API that watches one chain.
pub(crate) async fn on_base() -> Api {
    let chains = Chains::parse(r#"{"8453": {"rpc": ["http://127.0.0.1:9"]}}"#).unwrap();
    Scenario::new().watching(chains).start().await
}

fn changed(session: &str, fields: &Value) -> Value {
    let mut body = order(Some(session));
    for (name, value) in fields.as_object().unwrap() {
        body[name] = value.clone();
    }
    body
}

#[tokio::test]
async fn an_order_that_nothing_here_can_carry_is_refused_before_it_is_linked() {
    let api = on_base().await;
    let session = api.create_session().await;
    let chain = |name: &str| ("chain_not_supported", name.to_owned());
    let route = |name: &str| ("route_not_supported", name.to_owned());
    for (fields, (code, param)) in [
        (json!({"srcChain": 1, "dstChain": 1}), chain("srcChain")),
        (json!({"dstChain": 10}), chain("dstChain")),
        (json!({"dstTokenAddress": BUYER}), route("dstTokenAddress")),
        (json!({"srcTokenAddress": BUYER, "dstTokenAddress": BUYER}), route("srcTokenAddress")),
        (json!({"payload": {"expectedDstAmount": "1000001"}}), route("payload.expectedDstAmount")),
        (
            json!({"type": "mint_nft", "payload": {"contractAddress": BUYER, "tokenId": null,
                   "contractType": "erc721", "nftPrice": "1"}}),
            route("type"),
        ),
    ] {
        let answer = api.post("/orders", &changed(&session, &fields)).await.refused(400, code);
        assert_eq!(answer["param"], param, "{fields}");
    }
    assert_eq!(api.session(&session).await.order_id(), None);
    api.create_order(Some(&session)).await.ok();
}

#[tokio::test]
async fn native_money_and_cards_are_taken() {
    let api = on_base().await;
    let native = "0x0000000000000000000000000000000000000000";
    let mut body = order(None);
    body["srcTokenAddress"] = native.into();
    body["dstTokenAddress"] = native.into();
    api.post("/orders", &body).await.ok();
    let mut body = order(None);
    body["dstChain"] = 10.into();
    body["dstTokenAddress"] = USDC.into();
    body["onramp"] = json!({"vendor": "stripe-web2"});
    api.post("/orders", &body).await.ok();
}
