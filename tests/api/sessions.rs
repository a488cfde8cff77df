//! Creating, reading and expiring sessions.

use serde_json::{Value, json};
use shared::kernel::{OrderId, SessionId};
use tests::{
    client::{deposit, executed},
    scenario::Scenario,
};

#[tokio::test]
async fn a_sale_shows_in_one_answer() {
    let api = Scenario::new().start().await;
    let (session, order) = api.create_linked().await;
    api.tell(&order, &api.deposit("a", 1_000_000)).await.ok();
    api.tell(&order, &executed("b", api.now())).await.ok();
    let answer = api.get(&format!("/checkout-sessions/{session}?include=order")).await;
    insta::assert_json_snapshot!(answer.scrubbed(), @r#"
    {
      "data": {
        "cancel_url": null,
        "client_reference_id": null,
        "created_at": "[time]",
        "display": null,
        "expired_reason": null,
        "expires_at": "[time]",
        "id": "[id]",
        "metadata": {},
        "order": {
          "depositTxs": [
            {
              "amount": "1000000",
              "chain": 8453,
              "createdAt": "[millis]",
              "from": "0x58241893ef1f86c9fbd8109cd44ea961fdb474e1",
              "orderId": "[id]",
              "status": "counted",
              "token": "0x833589fcd6edb6e08f4c7c32d4f71b54bda02913",
              "txHash": "0xa"
            }
          ],
          "executeTx": {
            "chain": 8453,
            "createdAt": "[millis]",
            "orderId": "[id]",
            "txHash": "0xb"
          },
          "foldedDeposits": null,
          "order": {
            "acceptedPayments": null,
            "checkoutSessionId": "[id]",
            "clientReferenceId": null,
            "createdAt": "[millis]",
            "creatorAddress": null,
            "dstChain": 8453,
            "dstTokenAddress": "0x833589fcd6edb6e08f4c7c32d4f71b54bda02913",
            "errorDetails": null,
            "expiredAt": "[millis]",
            "fee": null,
            "filledAt": "[millis]",
            "globalAddress": "[address]",
            "id": "[id]",
            "metadata": {
              "dstToken": {
                "address": "0x833589fcd6edb6e08f4c7c32d4f71b54bda02913",
                "chainId": 8453,
                "decimals": 6,
                "metadata": {},
                "name": "USD Coin",
                "symbol": "USDC"
              },
              "srcToken": {
                "address": "0x833589fcd6edb6e08f4c7c32d4f71b54bda02913",
                "chainId": 8453,
                "decimals": 6,
                "metadata": {},
                "name": "USD Coin",
                "symbol": "USDC"
              }
            },
            "oneClickBuyUrl": null,
            "onrampMetadata": null,
            "partnerId": null,
            "payload": {
              "expectedDstAmount": "1000000"
            },
            "receivedDepositAt": "[millis]",
            "recipientAddress": "0xa7539d73700b1726ebe1eef9d4d8ccdf3f4e3b44",
            "settlement": {
              "actualDstAmount": "1000000"
            },
            "srcAmount": "1000000",
            "srcChain": 8453,
            "srcTokenAddress": "0x833589fcd6edb6e08f4c7c32d4f71b54bda02913",
            "status": "executed",
            "stripePaymentIntentId": null,
            "type": "swap"
          },
          "points": null,
          "refundTxs": [],
          "relayTxs": []
        },
        "order_id": "[id]",
        "order_status": "executed",
        "paid": {
          "amount": "1000000",
          "chain": 8453,
          "paid_at": "[time]",
          "recipient_address": "0xa7539d73700b1726ebe1eef9d4d8ccdf3f4e3b44",
          "token_address": "0x833589fcd6edb6e08f4c7c32d4f71b54bda02913",
          "tx_hash": "0xb"
        },
        "payment": null,
        "status": "complete",
        "success_url": null,
        "url": "[server]/checkout/[id]"
      },
      "message": "Checkout session retrieved",
      "statusCode": 200,
      "success": true
    }
    "#);
}

#[tokio::test]
async fn a_refusal_shows_in_one_answer() {
    let api = Scenario::new().start().await;
    let (session, _) = api.create_linked().await;
    let answer = api.create_order(Some(&session)).await;
    insta::assert_json_snapshot!(answer.scrubbed(), @r#"
    {
      "error": {
        "code": "session_has_order",
        "orderId": "[id]",
        "param": null
      },
      "message": "Checkout session already has the order [id]",
      "statusCode": 409,
      "success": false
    }
    "#);
}

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
