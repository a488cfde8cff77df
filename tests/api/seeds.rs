//! The seeds' own examples, as a client sends them; only `0x...` and `550e8400-...` are filled in.

use reqwest::Method;
use serde_json::{Value, json};
use tests::{
    client::{Answer, Api, SHOP, USDC, executed},
    scenario::Scenario,
};

/// `curl -d` of the reference page.
const REFERENCE: &str = r#"{
"success_url": "https://merchant.com/success?session_id={SESSION_ID}",
"cancel_url": "https://merchant.com/cancel",
"metadata": {
"sku": "widget-1",
"customer_id": "cust-123"
},
"client_reference_id": "string",
"expires_in": 1800
}"#;

/// "Create session" of the guide.
const GUIDE: &str = r#"{ "success_url": "https://merchant.com/success?session_id={SESSION_ID}", "cancel_url": "https://merchant.com/cancel", "metadata": { "sku": "widget-1" }, "client_reference_id": "merchant-order-456", "expires_in": 1800 }"#;

/// "Create order linked to a session" of the guide.
const LINKED_ORDER: &str = r#"{ "recipientAddress": "0x...", "srcChain": 8453, "dstChain": 8453, "srcTokenAddress": "0x...", "dstTokenAddress": "0x...", "srcAmount": "1000000", "type": "swap", "payload": { "expectedDstAmount": "1000000" }, "checkoutSessionId": "550e8400-..." }"#;

/// The reference page's own id, which no session has.
const UNKNOWN_SESSION: &str = "550e8400-e29b-41d4-a716-446655440000";

async fn post(api: &Api, path: &str, body: impl Into<String>) -> Answer {
    api.send(Method::POST, path, body.into()).await
}

fn linked_order(session: &str) -> String {
    let order = LINKED_ORDER.replacen("0x...", SHOP, 1).replace("0x...", USDC);
    order.replace("550e8400-...", session)
}

/// The guide's session in "Crypto payment", as `JSON.stringify` writes it.
async fn create_session(api: &Api) -> String {
    let body = r#"{"success_url":"https://mysite.com/success/{SESSION_ID}","metadata":{"sku":"widget-1"}}"#;
    post(api, "/checkout-sessions", body).await.ok()["id"].as_str().unwrap().to_owned()
}

/// The order of "Crypto payment" and "Fiat onramp".
fn order(session: &str, onramp: Option<Value>) -> String {
    let mut order = json!({
        "recipientAddress": SHOP,
        "srcChain": 8453,
        "dstChain": 8453,
        "srcTokenAddress": "0x833589fcd6edb6e08f4c7c32d4f71b54bda02913",
        "dstTokenAddress": "0x833589fcd6edb6e08f4c7c32d4f71b54bda02913",
        "srcAmount": "1000000",
        "type": "swap",
        "payload": {"expectedDstAmount": "1000000"},
        "checkoutSessionId": session,
    });
    if let Some(onramp) = onramp {
        order["onramp"] = onramp;
    }
    order.to_string()
}

#[tokio::test]
async fn the_reference_page_gets_the_answer_that_it_shows() {
    let api = Scenario::new().start().await;
    let answer = post(&api, "/checkout-sessions", REFERENCE).await;
    assert_eq!(answer.message(), "Checkout session created");
    let session = answer.ok();
    assert_eq!(session["status"], "open");
    assert_eq!(session["success_url"], "https://merchant.com/success?session_id={SESSION_ID}");
    assert_eq!(session["cancel_url"], "https://merchant.com/cancel");
    assert_eq!(session["metadata"], json!({"sku": "widget-1", "customer_id": "cust-123"}));
    assert_eq!(session["client_reference_id"], "string");
    for absent in ["order_id", "checkout_url", "deposit_address"] {
        assert!(session.get(absent).is_none(), "{absent} comes after order creation");
    }
    let mut place = 0;
    let fields = [
        "id",
        "status",
        "success_url",
        "cancel_url",
        "metadata",
        "client_reference_id",
        "expires_at",
        "created_at",
        "url",
        "payment",
        "display",
    ];
    for field in fields {
        let found = answer.text[place..].find(&format!("\"{field}\":"));
        place += found.unwrap_or_else(|| panic!("{field} is out of place in {}", answer.text));
    }
    assert_eq!(session.as_object().unwrap().len(), fields.len());
}

#[tokio::test]
async fn the_guides_session_is_opened_linked_and_read() {
    let api = Scenario::new().start().await;
    let created = post(&api, "/checkout-sessions", GUIDE).await.ok();
    assert_eq!((&created["status"], &created["metadata"]), (&json!("open"), &json!({"sku": "widget-1"})));
    let id = created["id"].as_str().unwrap();
    let order = post(&api, "/orders", linked_order(id)).await.ok();
    assert!(order["globalAddress"].as_str().unwrap().starts_with("0x"));
    assert_eq!(order["oneClickBuyUrl"], Value::Null);

    let session = api.session(id).await;
    assert_eq!(session["success_url"], format!("https://merchant.com/success?session_id={id}"));
    assert_eq!(session["cancel_url"], format!("https://merchant.com/cancel?sessionId={id}"));
    assert_eq!((&session["order_id"], &session["status"]), (&order["id"], &json!("open")));
    let full = api.get(&format!("/checkout-sessions/{id}?include=order")).await.ok();
    assert_eq!(full["order"], *api.order(order["id"].as_str().unwrap()).await);
    assert_eq!(full["order"]["depositTxs"], json!([]));
}

#[tokio::test]
async fn a_crypto_payment_is_polled_to_complete() {
    let api = Scenario::new().start().await;
    let session = create_session(&api).await;
    let order = post(&api, "/orders", order(&session, None)).await.ok();
    let id = order["id"].as_str().unwrap();
    let now = api.now();
    let mut polled = vec![api.session(&session).await];
    for piece in [api.deposit("paid", 1_000_000), executed("done", now)] {
        api.tell(id, &piece).await.ok();
        polled.push(api.session(&session).await);
    }
    let statuses: Vec<_> = polled.iter().map(|session| session["status"].as_str().unwrap()).collect();
    assert_eq!(statuses, ["open", "processing", "complete"]);
    for session in &polled {
        assert_eq!(session["order_id"], id);
        assert_eq!(session["expired_reason"], Value::Null);
    }
    assert_eq!(polled[2]["success_url"], format!("https://mysite.com/success/{session}"));
    assert_eq!(polled[2]["order_status"], "executed");
}

#[tokio::test]
async fn a_fiat_onramp_sends_the_buyer_back_to_the_session() {
    let api = Scenario::new().start().await;
    let session = create_session(&api).await;
    let onramp = json!({"vendor": "coinbase", "payment_method": "card", "country": "US"});
    let order = post(&api, "/orders", order(&session, Some(onramp))).await.ok();
    assert_eq!(
        order["onrampMetadata"],
        json!({
            "vendor": "coinbase", "paymentMethod": "card", "country": "US",
            "redirectUrl": format!("https://mysite.com/success/{session}"),
        })
    );
    let id = order["id"].as_str().unwrap();
    let now = api.now();
    api.tell(id, &json!([api.deposit("bought", 1_000_000), executed("done", now)])).await.ok();
    assert_eq!(api.session(&session).await.status(), "complete");
}

#[tokio::test]
async fn an_order_for_an_unknown_session_is_refused() {
    let api = Scenario::new().start().await;
    let refused = post(&api, "/orders", linked_order(UNKNOWN_SESSION)).await;
    refused.refused(400, "session_not_found");
    let refused = post(&api, "/orders", linked_order("550e8400-...")).await;
    refused.refused(400, "session_not_found");
}

#[tokio::test]
async fn an_order_for_a_session_that_is_not_open_is_refused() {
    let api = Scenario::new().start().await;
    let expired = create_session(&api).await;
    api.expire(&expired).await.ok();
    let (paid, order) = api.create_linked().await;
    api.tell(&order, &api.deposit("paid", 1_000_000)).await.ok();
    for (session, status) in [(&expired, "expired"), (&paid, "processing")] {
        let refused = post(&api, "/orders", linked_order(session)).await;
        refused.refused(400, "session_not_open");
        assert!(refused.message().contains(status), "{}", refused.text);
    }
    api.tell(&order, &executed("done", api.now())).await.ok();
    let refused = post(&api, "/orders", linked_order(&paid)).await;
    refused.refused(400, "session_not_open");
    assert!(refused.message().contains("complete"), "{}", refused.text);
}

#[tokio::test]
async fn a_second_order_for_a_session_is_a_conflict_that_names_the_first() {
    let api = Scenario::new().start().await;
    let session = create_session(&api).await;
    let first = post(&api, "/orders", linked_order(&session)).await.ok();
    let second = post(&api, "/orders", linked_order(&session)).await;
    assert_eq!(second.refused(409, "session_has_order")["orderId"], first["id"]);
    assert_eq!(api.session(&session).await["order_id"], first["id"]);
}

#[tokio::test]
async fn only_an_open_session_can_be_expired() {
    let api = Scenario::new().start().await;
    let session = create_session(&api).await;
    let expired = api.expire(&session).await;
    assert_eq!(expired.message(), "Checkout session expired");
    assert_eq!(expired.ok(), json!({"id": session, "status": "expired"}));
    assert_eq!(api.session(&session).await.expired_reason(), Some("manual"));
    let again = api.expire(&session).await;
    again.refused(400, "session_not_open");
    assert!(again.message().contains("expired"), "{}", again.text);
    api.expire(UNKNOWN_SESSION).await.refused(400, "session_not_found");
}

#[tokio::test]
async fn both_template_variables_are_the_sessions_id() {
    let api = Scenario::new().start().await;
    let body = r#"{"success_url":"https://myshop.com/success?session={SESSION_ID}","cancel_url":"https://myshop.com/cancel?order={ORDER_ID}"}"#;
    let created = post(&api, "/checkout-sessions", body).await.ok();
    let id = created["id"].as_str().unwrap();
    let session = api.session(id).await;
    assert_eq!(session["success_url"], format!("https://myshop.com/success?session={id}"));
    assert_eq!(session["cancel_url"], format!("https://myshop.com/cancel?order={id}"));
}
