//! Creating, reading and expiring sessions.

use serde_json::{Value, json};
use shared::kernel::{OrderId, SessionId};
use tests::{client::deposit, scenario::Scenario};

#[tokio::test]
async fn a_session_comes_back_as_it_was_created() {
    let api = Scenario::new().start().await;
    let created = api
        .post(
            "/checkout-sessions",
            &json!({
                "success_url": "https://shop.example/done?session_id={SESSION_ID}",
                "cancel_url": "https://shop.example/cart",
                "metadata": {"sku": "widget-1"},
                "client_reference_id": "order-456",
                "expires_in": 600,
            }),
        )
        .await;
    assert_eq!(created.message(), "Checkout session created");
    let created = created.ok();
    let id = created["id"].as_str().unwrap();
    assert_eq!(created["success_url"], "https://shop.example/done?session_id={SESSION_ID}");
    assert_eq!(created["status"], "open");

    let session = api.session(id).await;
    assert_eq!(session["success_url"], format!("https://shop.example/done?session_id={id}"));
    assert_eq!(session["cancel_url"], format!("https://shop.example/cart?sessionId={id}"));
    assert_eq!(session["metadata"], json!({"sku": "widget-1"}));
    assert_eq!(session["client_reference_id"], "order-456");
    assert_eq!(session["expires_at"], created["expires_at"]);
    assert_eq!(session["created_at"], created["created_at"]);
    for empty in ["order_id", "order_status", "expired_reason"] {
        assert_eq!(session[empty], Value::Null, "{empty}");
    }
}

#[tokio::test]
async fn a_session_expired_without_an_order_leaves_none() {
    let api = Scenario::new().start().await;
    let session = api.create_session().await;
    api.expire(&session).await.ok();
    let order = OrderId::of_session(SessionId::parse(&session).unwrap());
    api.get(&format!("/orders/{order}")).await.refused(404, "order_not_found");
    let evidence = deposit("a", 1_000_000, api.now());
    api.tell(&order.to_string(), &evidence).await.refused(404, "order_not_found");
    api.create_order(Some(&session)).await.refused(400, "session_not_open");
    let answer = api.get(&format!("/checkout-sessions/{session}?include=order")).await.ok();
    assert_eq!((&answer["order"], &answer["order_status"]), (&Value::Null, &Value::Null));
}

#[tokio::test]
async fn an_order_expired_with_its_session_is_kept_for_good() {
    let api = Scenario::new().start().await;
    let (session, order) = api.create_linked().await;
    api.expire(&session).await.ok();
    api.advance_clock(400.0 * 86_400.0).await; // Deletes items past their TTL.
    assert_eq!(api.order(&order).await.status(), "expired");
    assert_eq!(api.session(&session).await["order_id"], order);
}
