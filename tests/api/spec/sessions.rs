//! Sessions in each state that needs no payment.

use reqwest::Method;
use serde_json::json;
use tests::client::{Api, SHOP, executed, order};

use super::witness::Witness;
use crate::terms;

pub(super) async fn play(api: &Api, witness: &mut Witness) {
    open(api, witness).await;
    expired_by_hand(api, witness).await;
    expired_by_time(api, witness).await;
    refused(api, witness).await;
    with_terms(api, witness).await;
}

/// Reads both views of a session, which must agree.
pub(super) async fn look(api: &Api, witness: &mut Witness, session: &str, status: &str) {
    let path = format!("/checkout-sessions/{session}");
    let plain = witness.get(api, &path).await.ok();
    let full = witness.get(api, &format!("{path}?include=order")).await.ok();
    assert_eq!((&plain["status"], &full["status"]), (&json!(status), &json!(status)));
    assert_eq!(plain["order_status"], full["order_status"]);
}

async fn create(api: &Api, witness: &mut Witness) -> String {
    let wanted = json!({
        "success_url": "https://shop.example/done/{SESSION_ID}",
        "cancel_url": "https://shop.example/cart",
        "metadata": {"sku": "widget-1"},
        "client_reference_id": "cart-17",
        "expires_in": 300,
    });
    let created = witness.post(api, "/checkout-sessions", &wanted).await.ok();
    created["id"].as_str().unwrap_or_default().to_owned()
}

async fn open(api: &Api, witness: &mut Witness) {
    let session = create(api, witness).await;
    look(api, witness, &session, "open").await;
    let linked = witness.post(api, "/orders", &order(Some(&session))).await;
    assert!(linked.status.is_success(), "{}", linked.text);
    look(api, witness, &session, "open").await;
    witness.post(api, "/orders", &order(Some(&session))).await.refused(409, "session_has_order");
    witness.call(api, Method::POST, "/checkout-sessions", "").await.ok();
}

async fn expired_by_hand(api: &Api, witness: &mut Witness) {
    for with_order in [false, true] {
        let session = create(api, witness).await;
        if with_order {
            api.create_order(Some(&session)).await.ok();
        }
        let path = format!("/checkout-sessions/{session}/expire");
        witness.call(api, Method::POST, &path, "").await.ok();
        look(api, witness, &session, "expired").await;
        witness.post(api, &path, &json!({})).await.refused(400, "session_not_open");
        witness.post(api, "/orders", &order(Some(&session))).await.refused(400, "session_not_open");
    }
}

async fn expired_by_time(api: &Api, witness: &mut Witness) {
    let (alone, linked) = (create(api, witness).await, create(api, witness).await);
    let paid_late = api.create_order(Some(&linked)).await.ok()["id"].clone();
    api.advance_clock(361.0).await;
    look(api, witness, &alone, "expired").await;
    look(api, witness, &linked, "expired").await;

    let order = paid_late.as_str().unwrap_or_default();
    api.tell(order, &api.deposit("late", 1_000_000)).await.ok();
    let late = witness.get(api, &format!("/orders/{order}")).await.ok();
    assert_eq!(late["depositTxs"][0]["status"], "late");
    look(api, witness, &linked, "expired").await;
}

async fn refused(api: &Api, witness: &mut Witness) {
    let unknown = "0b2f6d1c-5a3e-8f47-9c1c-0199a3c0d5e8";
    for id in [unknown, "nope"] {
        let path = format!("/checkout-sessions/{id}");
        witness.get(api, &path).await.refused(404, "session_not_found");
        let expire = format!("{path}/expire");
        witness.call(api, Method::POST, &expire, "").await.refused(400, "session_not_found");
        witness.get(api, &format!("{path}?include=orders")).await.refused(400, "invalid_field");
        witness.post(api, "/orders", &order(Some(id))).await.refused(400, "session_not_found");
    }
    witness.get(api, "/checkout-sessions/").await.refused(404, "route_not_found");
    let creator = format!("/orders?creatorAddress={SHOP}");
    witness.get(api, &creator).await.ok();
}

/// With payment terms and a display: refused, paid short, and complete.
async fn with_terms(api: &Api, witness: &mut Witness) {
    let display = json!({
        "merchant_name": "A shop", "title": "A television", "description": "55 inches", "price_text": "$19.99",
        "image_url": "https://shop.example/tv.png", "items": [{"name": "Television", "price_text": "$19.99"}],
        "support_url": "https://shop.example/help", "support_email": "help@shop.example", "locale": "en",
        "theme": {"color": "#0066ff", "mode": null},
    });
    let mut payment = terms::terms();
    if let Some(options) = payment["options"].as_array_mut() {
        options.pop();
    }
    payment["settle_on"] = json!({"chain": 8453});
    let mut wanted = json!({"payment": payment, "display": display});
    for (amount, status, mode) in
        [(1, "expired", "auto"), (1, "expired", "dark"), (1_000_000, "complete", "light")]
    {
        wanted["display"]["theme"]["mode"] = mode.into();
        let created = witness.post(api, "/checkout-sessions", &wanted).await.ok();
        let session = created["id"].as_str().unwrap_or_default();
        let mut wrong = order(Some(session));
        wrong["srcAmount"] = "1".into();
        witness.post(api, "/orders", &wrong).await.refused(400, "payment_terms_not_met");
        let linked = witness.post(api, "/orders", &order(Some(session))).await.ok();
        let id = linked["id"].as_str().unwrap_or_default();
        api.tell(id, &api.deposit("paid", 1_000_000)).await.ok();
        let mut delivered = executed("delivered", api.now());
        delivered["amount"] = amount.to_string().into();
        api.tell(id, &delivered).await.ok();
        look(api, witness, session, status).await;
        witness.get(api, &format!("/orders/{id}")).await.ok();
    }
}
