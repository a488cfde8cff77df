//! The hosted page, in each of its states and with each of its refusals.

use reqwest::Method;
use serde_json::json;
use shared::edge::MAX_BODY_BYTES;
use tests::{
    browser::Browser,
    client::{Api, USDC, executed, order},
    scenario::Scenario,
};

use super::witness::Witness;
use crate::page;

const UNKNOWN: &str = "/checkout/5392f7a7-d472-4d6b-9848-bd07117fb82d";

pub(super) async fn play(witness: &mut Witness) {
    let api = page::shop().await;
    sale(&api, witness).await;
    failures(&api, witness).await;
    without_terms(witness).await;
    refusals(&api, witness).await;
    let late = page::session(&api).await;
    page::chosen(&api, &late).await;
    api.advance_clock(1810.0).await;
    sees(&api, witness, &late, "closing").await;
    api.advance_clock(3600.0).await;
    sees(&api, witness, &late, "expired").await;
}

async fn sees(api: &Api, witness: &mut Witness, session: &str, state: &str) {
    let answer = witness.get(api, &format!("/checkout/{session}")).await.ok();
    assert_eq!(answer["state"], state);
}

async fn sale(api: &Api, witness: &mut Witness) {
    let session = page::session(api).await;
    sees(api, witness, &session, "choose").await;
    let path = format!("/checkout/{session}");
    let chosen = Browser::new(api).choose(&session, &page::base_usdc()).await;
    witness.check_page(&Method::POST, &path, &chosen);
    sees(api, witness, &session, "await_payment").await;
    let order = page::order_of(api, &session).await;
    for (id, amount, state) in [("aa", 400_000, "partly_paid"), ("ab", 600_000, "confirming")] {
        api.tell(&order, &api.deposit(id, amount)).await.ok();
        sees(api, witness, &session, state).await;
    }
    api.tell(&order, &executed("ac", api.now())).await.ok();
    sees(api, witness, &session, "complete").await;
}

async fn failures(api: &Api, witness: &mut Witness) {
    for states in [&["failed"][..], &["refunding", "refunded"]] {
        let session = page::session(api).await;
        page::chosen(api, &session).await;
        let order = page::order_of(api, &session).await;
        api.tell(&order, &api.deposit("aa", 1_000_000)).await.ok();
        for state in states {
            let evidence = match *state {
                "failed" => json!({"id": "f", "kind": "failure", "detail": "no route"}),
                "refunding" => json!({"id": "r", "kind": "refunding", "detail": "no route"}),
                _ => {
                    json!({"id": "s", "kind": "refund", "chain": 8453, "txHash": "0xad", "amount": "1", "status": "success"})
                }
            };
            let mut evidence = evidence;
            evidence["occurredAt"] = api.now().into();
            api.tell(&order, &evidence).await.ok();
            sees(api, witness, &session, state).await;
        }
    }
}

/// On a server that takes every chain.
async fn without_terms(witness: &mut Witness) {
    let api = Scenario::new().start().await;
    let session = api.create_session().await;
    sees(&api, witness, &session, "shop_goes_on").await;
    let mut body = order(Some(&session));
    body["onramp"] = json!({"vendor": "coinbase"});
    api.post("/orders", &body).await.ok();
    sees(&api, witness, &session, "await_vendor").await;
    api.expire(&session).await.ok();
    sees(&api, witness, &session, "ended").await;

    let session = api.create_session().await;
    let solana = 792_703_809;
    let mut body = order(Some(&session));
    (body["srcChain"], body["dstChain"]) = (solana.into(), solana.into());
    let token = "EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v";
    for field in ["srcTokenAddress", "dstTokenAddress", "recipientAddress"] {
        body[field] = token.into();
    }
    api.post("/orders", &body).await.ok();
    sees(&api, witness, &session, "unpayable").await;
}

async fn refusals(api: &Api, witness: &mut Witness) {
    let session = page::session(api).await;
    let path = format!("/checkout/{session}");
    witness.get(api, UNKNOWN).await.refused(404, "session_not_found");
    let form = format!("option=8453:{USDC}");
    witness.call(api, Method::POST, UNKNOWN, &form).await.refused(404, "session_not_found");
    witness.call(api, Method::POST, &path, "option=1").await.refused(400, "invalid_field");
    let long = format!("{form}&x={}", "x".repeat(MAX_BODY_BYTES));
    witness.call(api, Method::POST, &path, &long).await.refused(413, "body_too_large");
    let foreign = [("sec-fetch-site", "cross-site")];
    let refused = Browser::new(api).choose_with(&session, &page::base_usdc(), &foreign).await;
    witness.check_page(&Method::POST, &path, &refused);
}
