//! Orders on every way that money can take.

use serde_json::{Value, json};
use tests::client::{Api, BUYER, SHOP, USDC, executed, order};

use crate::attacks::dust::flooded;

use super::{sessions::look, witness::Witness};

pub(super) async fn play(api: &Api, witness: &mut Witness) {
    paid_step_by_step(api, witness).await;
    refunded(api, witness).await;
    failed(api, witness).await;
    deposits_that_do_not_count(api, witness).await;
    any_deposit_will_do(api, witness).await;
    onramps(api, witness).await;
}

pub(super) async fn play_flooded(witness: &mut Witness) {
    let (_proxy, api, _, order) = flooded().await;
    api.tell(&order, &api.deposit("one more", 1)).await.ok();
    let seen = witness.get(&api, &format!("/orders/{order}")).await.ok();
    assert_eq!(seen["foldedDeposits"]["count"], 1);
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// A session and its order; returns their ids.
async fn linked(api: &Api, witness: &mut Witness, more: Value) -> (String, String) {
    let session = api.create_session().await;
    let mut wanted = order(Some(&session));
    if let (Some(wanted), Value::Object(more)) = (wanted.as_object_mut(), more) {
        wanted.extend(more);
    }
    let created = witness.post(api, "/orders", &wanted).await.ok();
    (session, text(&created["id"]))
}

/// Sends a piece of evidence and reads both the order and its session.
async fn tell(api: &Api, witness: &mut Witness, ids: &(String, String), piece: Value, status: &str) -> Value {
    let mut piece = piece;
    piece["occurredAt"] = api.now().into();
    api.tell(&ids.1, &piece).await.ok();
    let seen = witness.get(api, &format!("/orders/{}", ids.1)).await.ok();
    look(api, witness, &ids.0, status).await;
    seen
}

async fn paid_step_by_step(api: &Api, witness: &mut Witness) {
    let arbitrum_usdc = "0xaf88d065e77c8cc2239327c5edb3a432268e5831";
    let more = json!({
        "dstChain": 42161, "dstTokenAddress": arbitrum_usdc, "creatorAddress": SHOP,
        "partnerId": "partner-7", "clientReferenceId": "invoice-1",
    });
    let ids = linked(api, witness, more).await;
    tell(api, witness, &ids, api.deposit("first", 400_000), "open").await;
    let paid = tell(api, witness, &ids, api.deposit("second", 600_000), "processing").await;
    assert_eq!(paid["order"]["status"], "quoting_after_deposit");
    for status in ["sending_token_from_vault", "relay", "executing"] {
        let piece = json!({"id": status, "kind": "progress", "status": status});
        let seen = tell(api, witness, &ids, piece, "processing").await;
        assert_eq!(seen["order"]["status"], status);
    }
    for status in ["waiting", "pending", "delayed", "refund", "failure", "success"] {
        let hop = json!({"id": format!("hop-{status}"), "kind": "relay", "chain": 42161, "txHash": status, "status": status});
        tell(api, witness, &ids, hop, "processing").await;
    }
    let done = tell(api, witness, &ids, executed("done", 0), "complete").await;
    assert_eq!(done["order"]["status"], "executed");
    let expire = format!("/checkout-sessions/{}/expire", ids.0);
    witness.post(api, &expire, &json!({})).await.refused(400, "session_not_open");
    let listed = witness.get(api, &format!("/orders?creatorAddress={SHOP}&limit=1&offset=0")).await.ok();
    assert_eq!(listed[0]["id"], ids.1);
}

async fn refunded(api: &Api, witness: &mut Witness) {
    let ids = linked(api, witness, json!({})).await;
    tell(api, witness, &ids, api.deposit("paid", 1_000_000), "processing").await;
    let begun = json!({"id": "begun", "kind": "refunding", "detail": "No route"});
    tell(api, witness, &ids, begun, "expired").await;
    for (id, status) in [("first", "failure"), ("second", "success")] {
        let refund = json!({
            "id": id, "kind": "refund", "chain": 8453, "txHash": id, "amount": "1000000", "status": status,
        });
        tell(api, witness, &ids, refund, "expired").await;
    }
    let withdrawn = json!({"id": "third", "kind": "withdrawn", "evidence": "second"});
    let seen = tell(api, witness, &ids, withdrawn, "expired").await;
    let statuses: Vec<_> =
        seen["refundTxs"].as_array().into_iter().flatten().map(|tx| text(&tx["status"])).collect();
    assert_eq!(statuses, ["failure", "withdrawn"]);
}

async fn failed(api: &Api, witness: &mut Witness) {
    let ids = linked(api, witness, json!({})).await;
    let failure = json!({"id": "broken", "kind": "failure", "detail": "Reverted"});
    let seen = tell(api, witness, &ids, failure, "expired").await;
    assert_eq!(seen["order"]["errorDetails"], "Reverted");
}

async fn deposits_that_do_not_count(api: &Api, witness: &mut Witness) {
    let ids = linked(api, witness, json!({})).await;
    let mut other = api.deposit("other", 1_000_000);
    other["token"] = BUYER.into();
    other["from"] = Value::Null;
    tell(api, witness, &ids, other, "open").await;
    tell(api, witness, &ids, api.deposit("short", 999_999), "open").await;
    let withdrawn = json!({"id": "reorganised", "kind": "withdrawn", "evidence": "short"});
    let seen = tell(api, witness, &ids, withdrawn, "open").await;
    let statuses: Vec<_> =
        seen["depositTxs"].as_array().into_iter().flatten().map(|tx| text(&tx["status"])).collect();
    assert_eq!(statuses, ["other_token", "withdrawn"]);
}

async fn any_deposit_will_do(api: &Api, witness: &mut Witness) {
    let ids = linked(api, witness, json!({"type": "deposit_first", "srcAmount": null, "payload": {}})).await;
    let seen = tell(api, witness, &ids, api.deposit("any", 1), "processing").await;
    assert_eq!((&seen["order"]["srcAmount"], &seen["order"]["srcTokenAddress"]), (&json!("0"), &json!(USDC)));
}

async fn onramps(api: &Api, witness: &mut Witness) {
    for vendor in ["coinbase", "stripe", "stripe-web2"] {
        let onramp = json!({
            "vendor": vendor, "payment_method": "card", "country": "US", "redirectUrl": "https://shop.example/paid",
        });
        let (session, order) = linked(api, witness, json!({"onramp": onramp})).await;
        witness.get(api, &format!("/orders/{order}")).await.ok();
        look(api, witness, &session, "open").await;
    }
    linked(api, witness, json!({"onramp": {"vendor": "none"}})).await;
}
