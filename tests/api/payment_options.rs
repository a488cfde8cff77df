//! The chains and tokens that a server takes.

use serde_json::{Value, json};
use shared::chains::Chains;
use tests::{
    client::{Api, BUYER, USDC},
    scenario::Scenario,
    sim::NATIVE,
};

async fn taking(chains: &Value) -> Api {
    Scenario::new().watching(Chains::parse(&chains.to_string()).unwrap()).start().await
}

async fn options(api: &Api) -> Value {
    api.get("/payment-options").await.ok()["chains"].clone()
}

#[tokio::test]
async fn a_well_known_chain_shows_all_that_a_payment_page_needs() {
    let api = taking(&json!({"8453": {"rpc": ["http://127.0.0.1:9"]}})).await;
    let ether = json!({"address": NATIVE, "symbol": "ETH", "name": "Ether", "decimals": 18, "native": true});
    let usdc = json!({"address": USDC, "symbol": "USDC", "name": "USD Coin", "decimals": 6, "native": false});
    let base = json!({
        "chain": 8453, "name": "Base", "explorer": "https://basescan.org",
        "public_rpc": "https://mainnet.base.org", "confirmations": 30, "any_token": false, "tokens": [ether, usdc],
    });
    assert_eq!(options(&api).await, json!([base]));
}

#[tokio::test]
async fn only_what_orders_may_be_paid_in_is_listed() {
    let api = taking(&json!({
        "1": {"rpc": ["http://127.0.0.1:9"], "native": "ignored", "tokens": [USDC, NATIVE]},
        "31337": {"rpc": ["http://127.0.0.1:9"], "tokens": "any", "confirmations": "finalized"},
    }))
    .await;
    let unknown = json!({"address": USDC, "symbol": "UNKNOWN", "name": "Unknown token", "decimals": 0, "native": false});
    let options = options(&api).await;
    assert_eq!(options[0]["tokens"], json!([unknown]));
    let any = &options[1];
    assert_eq!((&any["any_token"], &any["tokens"][0]["native"]), (&json!(true), &json!(true)));
    assert_eq!(any["tokens"].as_array().unwrap().len(), 1);
    assert_eq!(
        (&any["explorer"], &any["public_rpc"], &any["confirmations"]),
        (&Value::Null, &Value::Null, &json!("finalized"))
    );
}

#[tokio::test]
async fn tokens_are_listed_as_the_document_describes_them() {
    let test = json!({"address": BUYER, "symbol": "TEST", "name": "Test dollar", "decimals": 2});
    let coin = json!({"symbol": "COIN", "name": "Test coin", "decimals": 9});
    let api = taking(&json!({"31337": {
        "rpc": ["http://127.0.0.1:9"], "name": "Test", "explorer": "http://127.0.0.1:4000/",
        "confirmations": "safe", "tokens": [test], "native_token": coin,
    }}))
    .await;
    let with = |token: &Value, address: &str, native: bool| {
        let mut token = token.clone();
        (token["address"], token["native"]) = (address.into(), native.into());
        token
    };
    let shown = options(&api).await[0].clone();
    assert_eq!(shown["tokens"], json!([with(&coin, NATIVE, true), with(&test, BUYER, false)]));
    assert_eq!(
        (&shown["explorer"], &shown["confirmations"]),
        (&json!("http://127.0.0.1:4000"), &json!("safe"))
    );
}

#[tokio::test]
async fn no_node_and_no_setting_leaks() {
    let entry = json!({
        "rpc": ["https://node.example/SECRET"], "poll_seconds": 7,
        "rpc_timeout_seconds": 7, "max_log_blocks": 77, "max_log_addresses": 77, "max_fee_per_gas": "77", "detection_window_seconds": 77,
        "flush_gas": 777_777, "max_batch": 7,
    });
    let chains = Chains::parse(&json!({"8453": entry}).to_string()).unwrap();
    let scenario = Scenario::new().watching(chains).with(|it| it.leave_chains = true);
    let answer = scenario.start().await.get("/payment-options").await;
    for private in ["SECRET", "node.example", "\"rpc\"", "77", "poll", "max_", "flush"] {
        assert!(!answer.text.contains(private), "{private}: {}", answer.text);
    }
}

/// A key that is wrong changes nothing: caches may give any caller's answer to any other.
#[tokio::test]
async fn without_chains_and_with_any_key_the_list_is_empty_and_cacheable() {
    let mut api = Scenario::new().with_keys().start().await;
    for key in [None, Some("ck_nonsense")] {
        api.use_key(key);
        let answer = api.get("/payment-options").await;
        assert_eq!(answer.headers["cache-control"], "public, max-age=300");
        assert_eq!(answer.ok(), json!({"chains": []}));
    }
    let refused = api.get("/payment-options/8453").await;
    assert_eq!(refused.headers["cache-control"], "no-store");
    refused.refused(404, "route_not_found");
}
