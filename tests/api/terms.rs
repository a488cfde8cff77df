//! Payment terms: which orders a session takes, which payments complete it, and what the merchant is told.

mod attacks;
mod display;
mod requests;

use local::acting_as;
use serde_json::{Value, json};
use shared::{
    chains::Chains,
    kernel::{Address, ChainId},
};
use tests::{
    client::{Api, SHOP, USDC, deposit, executed, order},
    scenario::Scenario,
};

pub(crate) const ETHEREUM_USDC: &str = "0xa0b86991c6218b36c1d19d4a2e9eb0ce3606eb48";

/// Terms of one USDC, on Base or on Ethereum, of which half a percent may be missing.
pub(crate) fn terms() -> Value {
    json!({
        "recipient_address": SHOP,
        "options": [
            {"chain": 8453, "token_address": USDC, "amount": "1000000"},
            {"chain": 1, "token_address": ETHEREUM_USDC, "amount": "1000000"},
        ],
        "tolerance_bps": 50,
    })
}

/// A session with these terms.
pub(crate) async fn session(api: &Api, payment: &Value) -> String {
    let created = api.post("/checkout-sessions", &json!({"payment": payment})).await.ok();
    created["id"].as_str().unwrap().to_owned()
}

/// A session with the usual terms, and an order for it.
async fn linked(api: &Api) -> (String, String) {
    let session = session(api, &terms()).await;
    let order = api.create_order(Some(&session)).await.ok();
    (session, order["id"].as_str().unwrap().to_owned())
}

/// A deposit on Ethereum.
fn on_ethereum(id: &str, amount: u64, api: &Api) -> Value {
    let mut piece = deposit(id, amount, api.now());
    piece["chain"] = 1.into();
    piece["token"] = ETHEREUM_USDC.into();
    piece
}

#[tokio::test]
async fn a_session_shows_its_terms_and_then_what_was_paid() {
    let api = Scenario::new().start().await;
    let (session, order) = linked(&api).await;
    let mut expected = terms();
    expected["settle_on"] = Value::Null;
    let open = api.session(&session).await;
    assert_eq!((&open["payment"], &open["paid"]), (&expected, &Value::Null));
    assert_eq!(open["url"], format!("{}/checkout/{session}", api.server.url));
    api.tell(&order, &api.deposit("a", 995_000)).await.ok();
    assert_eq!(api.session(&session).await["paid"], Value::Null);
    let mut delivery = executed("b", api.now());
    delivery["amount"] = "995000".into();
    api.tell(&order, &delivery).await.ok();
    let done = api.session(&session).await;
    assert_eq!(done["status"], "complete");
    let mut paid = done["paid"].clone();
    paid["paid_at"] = Value::Null;
    let expected = json!({
        "chain": 8453, "token_address": USDC, "recipient_address": SHOP, "amount": "995000", "tx_hash": "0xb",
        "paid_at": null,
    });
    assert_eq!(paid, expected);
    // Events carry the same; those of before show that nothing was paid yet.
    let full = api.get(&format!("/checkout-sessions/{session}?include=events")).await.ok();
    for event in full["events"].as_array().unwrap() {
        let object = &event["data"]["object"];
        if event["type"].as_str().unwrap().starts_with("checkout.session") {
            let completed = event["type"] == "checkout.session.completed";
            assert_eq!(object["paid"], if completed { done["paid"].clone() } else { Value::Null });
            assert_eq!((&object["payment"], &object["url"]), (&done["payment"], &done["url"]));
        }
    }
}

#[tokio::test]
async fn an_order_is_paid_by_any_option_whichever_it_was_created_with() {
    let api = Scenario::new().start().await;
    let (session, order) = linked(&api).await;
    api.tell(&order, &api.deposit("a", 900_000)).await.ok();
    api.tell(&order, &on_ethereum("b", 900_000, &api)).await.ok();
    assert_eq!(api.session(&session).await.status(), "open", "two options do not add up");
    api.tell(&order, &on_ethereum("c", 100_000, &api)).await.ok();
    let seen = api.order(&order).await;
    assert_eq!(
        (seen["order"]["status"].as_str(), seen["depositTxs"][1]["status"].as_str()),
        (Some("executing"), Some("counted"))
    );
    let accepted = json!([
        {"chain": 8453, "tokenAddress": USDC, "amount": "1000000", "received": "900000"},
        {"chain": 1, "tokenAddress": ETHEREUM_USDC, "amount": "1000000", "received": "1000000"},
    ]);
    assert_eq!(seen["order"]["acceptedPayments"], accepted);
    let mut delivery = executed("d", api.now());
    delivery["chain"] = 1.into();
    api.tell(&order, &delivery).await.ok();
    let done = api.session(&session).await;
    assert_eq!((done.status(), &done["paid"]["token_address"]), ("complete", &json!(ETHEREUM_USDC)));
}

#[tokio::test]
async fn an_order_is_awaited_on_the_chain_of_each_option() {
    let chains = r#"{"1": {"rpc": ["http://127.0.0.1:9"]}, "8453": {"rpc": ["http://127.0.0.1:9"]}, "10": {"rpc": ["http://127.0.0.1:9"]}}"#;
    let chains = Chains::parse(chains).unwrap();
    let api = Scenario::new().watching(chains).with(|options| options.leave_chains = true).start().await;
    let (_, order) = linked(&api).await;
    let now = api.server.app.clock.now();
    for (chain, awaited) in [(1, true), (8453, true), (10, false)] {
        let store = &api.server.app.checkout;
        let found = acting_as(
            "watch-deposits",
            store.awaited(ChainId::new(chain).unwrap(), now.plus_millis(-60_000), now),
        )
        .await;
        let found: Vec<_> = found.unwrap().iter().map(|it| it.order_id.to_string()).collect();
        assert_eq!(found, if awaited { vec![order.clone()] } else { vec![] }, "chain {chain}");
    }
}

#[tokio::test]
async fn recipients_can_be_limited() {
    let other = "0x00000000000000000000000000000000000000aa";
    let recipient = Address::parse_recipient(ChainId::new(1).unwrap(), other).unwrap();
    let api = Scenario::new().with(|options| options.recipients = vec![recipient]).start().await;
    let refused = api.post("/checkout-sessions", &json!({"payment": terms()})).await;
    assert_eq!(refused.refused(400, "invalid_field")["param"], "payment.recipient_address");
    let refused = api.post("/orders", &order(None)).await;
    assert_eq!(refused.refused(400, "invalid_field")["param"], "recipientAddress");
    let mut allowed = order(None);
    allowed["recipientAddress"] = other.into();
    api.post("/orders", &allowed).await.ok();
}
