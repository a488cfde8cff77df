//! The `payload` that each type of order requires.

use serde_json::{Value, json};
use tests::{
    client::{SHOP, order},
    scenario::Scenario,
};

use super::Watched;

const VAULT: &str = "0x4d8899ca6ded04c922af0376c51c86e25e33a1d4";

/// A valid payload of each type that requires one.
fn payloads() -> Vec<(&'static str, Value)> {
    let swap = json!({"expectedDstAmount": "1000000"});
    vec![
        ("swap", swap.clone()),
        ("x402_swap", swap.clone()),
        ("hype_duel", swap),
        ("custom", json!({"data": "0x", "to": VAULT, "amount": "1", "spenderAddress": VAULT})),
        (
            "custom_exact_in",
            json!({
                "amount": "1", "expectedDstAmount": "0", "functionAbi": "[]", "functionName": "f", "functionArgs": [],
                "to": VAULT, "spenderAddress": VAULT, "value": "0", "action": "Deposit",
            }),
        ),
        (
            "mint_nft",
            json!({"contractAddress": VAULT, "tokenId": 17, "contractType": "erc721", "nftPrice": "1"}),
        ),
        ("join_tournament", json!({"contractAddress": VAULT, "entryPrice": "1"})),
        ("fund_tournament", json!({"contractAddress": VAULT, "fundAmount": "1"})),
    ]
}

/// Members that may be missing or null.
const OPTIONAL: [&str; 4] = ["spenderAddress", "value", "action", "tokenId"];

/// Invalid values of a member, and the rule in the refusal.
fn malformed(member: &str) -> (Vec<Value>, &'static str) {
    let not_text = vec![json!(5), json!(true), json!([]), json!({})];
    let amounts = || ["", "-1", "01", "1.5", "1e6", "0x1", "ten"].map(Value::from).to_vec();
    match member {
        "expectedDstAmount" | "amount" | "value" | "nftPrice" | "entryPrice" | "fundAmount" => {
            (amounts(), "must be a decimal string of base units, 0 to 2^256-1")
        }
        "to" | "spenderAddress" | "contractAddress" => {
            (["", "0x", "0x...", "nope"].map(Value::from).to_vec(), "must be an address")
        }
        "data" | "functionName" | "action" => (not_text, "must be a string"),
        "functionArgs" => (vec![json!("[]"), json!(5), json!(true), json!({})], "must be an array"),
        "tokenId" => (vec![json!("17"), json!(true), json!([]), json!({})], "must be a number"),
        "contractType" => {
            (["", "ERC721", "erc20"].map(Value::from).to_vec(), "must be one of erc721, erc1155")
        }
        "functionAbi" => (Vec::new(), ""),
        _ => panic!("{member} is in no payload"),
    }
}

fn order_of(order_type: &str, payload: Value) -> Value {
    let mut order = order(None);
    order["type"] = order_type.into();
    order["payload"] = payload;
    order
}

#[tokio::test]
async fn a_member_that_must_be_there_is_asked_for() {
    let watched = Watched::start().await;
    for (order_type, payload) in payloads() {
        for member in
            payload.as_object().unwrap().keys().filter(|member| !OPTIONAL.contains(&member.as_str()))
        {
            let param = format!("payload.{member}");
            let mut missing = payload.clone();
            missing.as_object_mut().unwrap().remove(member);
            watched.refuses("/orders", &order_of(order_type, missing.clone()), &param, "is required").await;
            missing[member] = Value::Null;
            watched.refuses("/orders", &order_of(order_type, missing), &param, "is required").await;
        }
    }
}

#[tokio::test]
async fn a_malformed_member_is_refused_by_name() {
    let watched = Watched::start().await;
    for (order_type, payload) in payloads() {
        for member in payload.as_object().unwrap().keys() {
            let (values, rule) = malformed(member);
            for value in values {
                let mut wrong = payload.clone();
                wrong[member] = value;
                let param = format!("payload.{member}");
                watched.refuses("/orders", &order_of(order_type, wrong), &param, rule).await;
            }
        }
    }
}

#[tokio::test]
async fn a_good_payload_comes_back_as_it_was_sent() {
    let api = Scenario::new().start().await;
    for (order_type, mut payload) in payloads() {
        payload["unknown"] = json!({"kept": [1.0, null]});
        let created = api.post("/orders", &order_of(order_type, payload.clone())).await.ok();
        assert_eq!((&created["type"], &created["payload"]), (&json!(order_type), &payload));
        let read = api.order(created["id"].as_str().unwrap()).await;
        assert_eq!(read["order"]["payload"], payload);
    }
}

#[tokio::test]
async fn what_is_optional_may_be_missing_or_null() {
    let api = Scenario::new().start().await;
    for (order_type, payload) in payloads() {
        let (mut missing, mut null) = (payload.clone(), payload);
        for member in OPTIONAL {
            missing.as_object_mut().unwrap().remove(member);
            if null.get(member).is_some() {
                null[member] = Value::Null;
            }
        }
        for payload in [missing, null] {
            let created = api.post("/orders", &order_of(order_type, payload.clone())).await.ok();
            assert_eq!(created["payload"], payload);
        }
    }
}

#[tokio::test]
async fn a_token_id_of_any_size_and_an_abi_of_any_kind_are_taken() {
    let api = Scenario::new().start().await;
    let (_, mut mint) = payloads().swap_remove(5);
    for token in [json!(0), json!(u64::MAX), json!(1.5)] {
        mint["tokenId"] = token;
        api.post("/orders", &order_of("mint_nft", mint.clone())).await.ok();
    }
    let (_, mut call) = payloads().swap_remove(4);
    for abi in [json!({}), json!([]), json!("function f()")] {
        call["functionAbi"] = abi;
        call["functionArgs"] = json!([SHOP, 1, {"nested": []}]);
        api.post("/orders", &order_of("custom_exact_in", call.clone())).await.ok();
    }
}

#[tokio::test]
async fn the_payload_of_deposit_first_is_any_object() {
    let watched = Watched::start().await;
    for payload in [json!([]), json!("x"), json!(5)] {
        watched.refuses("/orders", &order_of("deposit_first", payload), "payload", "must be an object").await;
    }
    for payload in [json!({}), json!({"expectedDstAmount": 5})] {
        let created = watched.api.post("/orders", &order_of("deposit_first", payload.clone())).await.ok();
        assert_eq!(created["payload"], payload);
    }
}
