//! Attacks by a stranger who knows a session's id, to complete it without paying the merchant. Each attack works on a session without payment terms, as the documents say, and fails on one with them.

use serde_json::{Value, json};
use shared::chains::Chains;
use tests::{
    client::{Api, BUYER, USDC, deposit, executed, order},
    scenario::Scenario,
};

use super::{linked, session, terms};

const WORTHLESS: &str = "0x00000000000000000000000000000000000000ff";

/// Orders like the seeds' one with these changes, for a session without and one with terms. Both of their answers.
async fn both(api: &Api, changes: Value) -> (tests::client::Answer, tests::client::Answer) {
    let without = api.create_session().await;
    let with = session(api, &terms()).await;
    let attempt = |session: String| {
        let mut wanted = order(Some(&session));
        for (name, value) in changes.as_object().unwrap() {
            wanted[name] = value.clone();
        }
        async move { api.post("/orders", &wanted).await }
    };
    (attempt(without).await, attempt(with).await)
}

/// Pays an order as it asks, and has it executed; returns its session's status.
async fn pay(api: &Api, created: &Value, amount: u64) -> String {
    let id = created["id"].as_str().unwrap();
    let mut paid = deposit("paid", amount, api.now() - 1000);
    (paid["token"], paid["chain"]) = (created["srcTokenAddress"].clone(), created["srcChain"].clone());
    api.tell(id, &paid).await.ok();
    let mut delivered = executed("delivered", api.now());
    delivered["amount"] = amount.to_string().into();
    api.tell(id, &delivered).await.ok();
    api.session(created["checkoutSessionId"].as_str().unwrap()).await.status().to_owned()
}

#[tokio::test]
async fn an_order_that_pays_less_or_somebody_else_completes_no_session_with_terms() {
    let api = Scenario::new().start().await;
    for (attack, param, amount) in [
        (json!({"recipientAddress": BUYER}), "recipientAddress", 1_000_000),
        (json!({"srcTokenAddress": WORTHLESS, "dstTokenAddress": WORTHLESS}), "dstTokenAddress", 1_000_000),
        (json!({"srcChain": 10, "dstChain": 10}), "dstChain", 1_000_000),
        (json!({"srcAmount": "1"}), "srcAmount", 1),
        (json!({"srcAmount": "999999"}), "srcAmount", 999_999),
        (json!({"type": "deposit_first", "srcAmount": null, "payload": {}}), "type", 1),
        (json!({"type": "hype_duel"}), "type", 1_000_000),
        (
            json!({"srcTokenAddress": WORTHLESS, "payload": {"expectedDstAmount": "999999"}}),
            "payload.expectedDstAmount",
            1_000_000,
        ),
    ] {
        let (without, with) = both(&api, attack.clone()).await;
        assert_eq!(pay(&api, &without.ok(), amount).await, "complete", "{attack}");
        assert_eq!(with.refused(400, "payment_terms_not_met")["param"], param, "{attack}");
    }
}

/// The payload promises what the terms ask for, but a card pays a cent, or a worthless token is swapped.
#[tokio::test]
async fn an_inflated_expected_amount_completes_no_session_with_terms() {
    let api = Scenario::new().start().await;
    for attack in [
        json!({"srcTokenAddress": WORTHLESS, "srcAmount": "1", "payload": {"expectedDstAmount": "1000000"}}),
        json!({
            "srcTokenAddress": WORTHLESS, "srcAmount": "1", "payload": {"expectedDstAmount": "1000000"},
            "onramp": {"vendor": "stripe-web2", "paymentMethod": "card"},
        }),
    ] {
        let (without, with) = both(&api, attack).await;
        assert_eq!(pay(&api, &without.ok(), 1).await, "complete");
        let with = with.ok();
        assert_eq!(pay(&api, &with, 1).await, "expired");
        let seen = api.order(with["id"].as_str().unwrap()).await;
        assert_eq!(
            (&seen["order"]["status"], &seen["order"]["errorDetails"]),
            (&json!("failure"), &json!("SHORT_DELIVERY"))
        );
        assert_eq!(seen["order"]["settlement"]["actualDstAmount"], "1", "what arrived is told");
    }
}

/// A card order in another token would be held in `processing` by a deposit of that, for good.
#[tokio::test]
async fn where_chains_are_watched_an_order_in_no_option_is_refused_by_a_session_with_terms() {
    let chains = r#"{"1": {"rpc": ["http://127.0.0.1:9"]}, "8453": {"rpc": ["http://127.0.0.1:9"]}}"#;
    let chains = Chains::parse(chains).unwrap();
    let api = Scenario::new().watching(chains).with(|options| options.leave_chains = true).start().await;
    let native = "0x0000000000000000000000000000000000000000";
    let card = json!({"vendor": "stripe-web2", "paymentMethod": "card"});
    let attack = json!({
        "srcTokenAddress": native, "srcAmount": "1", "payload": {"expectedDstAmount": "1000000"}, "onramp": card,
    });
    let (without, with) = both(&api, attack).await;
    without.ok();
    assert_eq!(with.refused(400, "payment_terms_not_met")["param"], "srcTokenAddress");
    both(&api, json!({"onramp": card})).await.1.ok();
}

#[tokio::test]
async fn a_token_that_takes_a_fee_completes_no_session_with_terms() {
    let api = Scenario::new().start().await;
    for (amount, status) in [(994_999, "expired"), (995_000, "complete")] {
        let (session, order) = linked(&api).await;
        api.tell(&order, &api.deposit("a", 1_000_000)).await.ok();
        let mut delivered = executed("b", api.now());
        delivered["amount"] = amount.to_string().into();
        api.tell(&order, &delivered).await.ok();
        assert_eq!(api.session(&session).await.status(), status, "{amount}");
    }
}

#[tokio::test]
async fn a_session_that_takes_no_order_says_so_before_its_terms() {
    let api = Scenario::new().start().await;
    let (taken, order_id) = linked(&api).await;
    let mut wrong = order(Some(&taken));
    wrong["srcAmount"] = "1".into();
    assert_eq!(api.post("/orders", &wrong).await.refused(409, "session_has_order")["orderId"], order_id);
    let ended = session(&api, &terms()).await;
    api.advance_clock(1800.0).await;
    wrong["checkoutSessionId"] = ended.into();
    api.post("/orders", &wrong).await.refused(400, "session_not_open");
}

#[tokio::test]
async fn another_merchants_terms_are_not_told() {
    let mut api = Scenario::new().with_keys().start().await;
    let mine = api.make_key("mine", shared::keys::Scope::Write, None).await;
    let theirs = api.make_key("theirs", shared::keys::Scope::Write, None).await;
    api.use_key(Some(&theirs));
    let session = session(&api, &terms()).await;
    api.use_key(Some(&mine));
    let mut wrong = order(Some(&session));
    wrong["dstTokenAddress"] = USDC.replace('8', "9").into();
    api.post("/orders", &wrong).await.refused(400, "session_not_found");
}
