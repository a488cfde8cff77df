//! Creating, reading and expiring sessions.

use serde_json::{Value, json};
use tests::client::Api;

#[tokio::test]
async fn a_session_comes_back_as_it_was_created() {
    let api = Api::start().await;
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
