//! Rules of `payment`.

use serde_json::{Value, json};
use shared::chains::Chains;
use tests::{
    client::{BUYER, SHOP, USDC},
    scenario::Scenario,
};

use super::{ETHEREUM_USDC, terms};

const PATH: &str = "/checkout-sessions";

/// The terms with one change: the value at a JSON pointer.
fn changed(pointer: &str, value: Value) -> Value {
    let mut payment = terms();
    match pointer.rsplit_once('/') {
        Some((parent, name)) if payment.pointer(pointer).is_none() => {
            payment.pointer_mut(parent).unwrap()[name] = value;
        }
        _ => *payment.pointer_mut(pointer).unwrap() = value,
    }
    json!({"payment": payment})
}

#[tokio::test]
async fn terms_that_break_a_rule_are_refused_with_their_field() {
    let api = Scenario::new().start().await;
    let option = json!({"chain": 8453, "token_address": USDC, "amount": "1"});
    let many: Vec<_> =
        (1..=21).map(|chain| json!({"chain": chain, "token_address": USDC, "amount": "1"})).collect();
    for (pointer, value, param) in [
        ("/recipient_address", Value::Null, "payment.recipient_address"),
        ("/recipient_address", json!("0x12"), "payment.recipient_address"),
        (
            "/recipient_address",
            json!("0x0000000000000000000000000000000000000000"),
            "payment.recipient_address",
        ),
        ("/options", Value::Null, "payment.options"),
        ("/options", json!([]), "payment.options"),
        ("/options", json!({}), "payment.options"),
        ("/options", json!([1]), "payment.options"),
        ("/options", json!(many), "payment.options"),
        ("/options", json!([option, option]), "payment.options[1].token_address"),
        ("/options/0/chain", json!("8453"), "payment.options[0].chain"),
        ("/options/0/chain", json!(0), "payment.options[0].chain"),
        ("/options/0/chain", json!(324), "payment.options[0].chain"),
        ("/options/1/token_address", json!("USDC"), "payment.options[1].token_address"),
        ("/options/1/token_address", Value::Null, "payment.options[1].token_address"),
        ("/options/1/amount", json!(5), "payment.options[1].amount"),
        ("/options/1/amount", json!("0"), "payment.options[1].amount"),
        ("/options/1/amount", json!("1.5"), "payment.options[1].amount"),
        ("/options/1/amount", Value::Null, "payment.options[1].amount"),
        ("/tolerance_bps", json!(1001), "payment.tolerance_bps"),
        ("/tolerance_bps", json!(-1), "payment.tolerance_bps"),
        ("/tolerance_bps", json!(0.5), "payment.tolerance_bps"),
        ("/tolerance_bps", json!("5"), "payment.tolerance_bps"),
        ("/settle_on", json!({}), "payment.settle_on.chain"),
    ] {
        let refused = api.post(PATH, &changed(pointer, value.clone())).await;
        assert_eq!(refused.refused(400, "invalid_field")["param"], param, "{pointer}: {value}");
    }
    let refused = api.post(PATH, &changed("/settle_on", json!({"chain": 8453}))).await;
    assert_eq!(refused.refused(400, "route_not_supported")["param"], "payment.options[1].chain");
}

#[tokio::test]
async fn terms_come_back_in_their_canonical_form() {
    let api = Scenario::new().start().await;
    let payment = json!({
        "recipient_address": SHOP.to_uppercase().replace("0X", "0x"),
        "options": [{"chain": 8453, "token_address": USDC.to_uppercase().replace("0X", "0x"), "amount": "1", "x": 1}],
        "settle_on": {"chain": 8453},
        "other": BUYER,
    });
    let created = api.post(PATH, &json!({"payment": payment})).await.ok();
    let expected = json!({
        "recipient_address": SHOP,
        "options": [{"chain": 8453, "token_address": USDC, "amount": "1"}],
        "tolerance_bps": 0,
        "settle_on": {"chain": 8453},
    });
    assert_eq!(created["payment"], expected);
}

#[tokio::test]
async fn where_chains_are_configured_terms_are_of_those() {
    let chains = Chains::parse(r#"{"8453": {"rpc": ["http://127.0.0.1:9"]}}"#).unwrap();
    let api = Scenario::new().watching(chains).with(|options| options.leave_chains = true).start().await;
    let refused = api.post(PATH, &json!({"payment": terms()})).await;
    assert_eq!(refused.refused(400, "chain_not_supported")["param"], "payment.options[1].chain");
    let mut payment = terms();
    payment["options"][1] = json!({"chain": 8453, "token_address": ETHEREUM_USDC, "amount": "1"});
    let refused = api.post(PATH, &json!({"payment": payment})).await;
    assert_eq!(refused.refused(400, "route_not_supported")["param"], "payment.options[1].token_address");
}
