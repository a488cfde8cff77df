//! The progress of an order, and of its session.

use serde_json::{Value, json};
use tests::{
    client::{BUYER, Session, USDC, deposit, executed, order},
    scenario::Scenario,
};

fn status_of(session: &Session) -> (&str, &str, Option<&str>) {
    (session.status(), session.order_status().unwrap_or("-"), session.expired_reason())
}

#[tokio::test]
async fn a_paid_and_executed_order_completes_its_session() {
    let api = Scenario::new().start().await;
    let (session, order) = api.create_linked().await;
    assert_eq!(status_of(&api.session(&session).await), ("open", "scanning_deposit_transaction", None));

    let paid = api.deposit("a", 1_000_000);
    let told = api.tell(&order, &paid).await.ok();
    assert_eq!(told["order"]["receivedDepositAt"], paid["occurredAt"]);
    assert_eq!(status_of(&api.session(&session).await), ("processing", "executing", None));

    let told = api.tell(&order, &executed("b", api.now())).await.ok();
    assert_eq!(told["order"]["settlement"], json!({"actualDstAmount": "1000000"}));
    assert_eq!(told["executeTx"]["txHash"], "0xb");
    assert_eq!(told["depositTxs"][0]["from"], BUYER);
    assert_eq!(status_of(&api.session(&session).await), ("complete", "executed", None));
}

#[tokio::test]
async fn each_way_to_fail_expires_the_session_with_its_reason() {
    let api = Scenario::new().start().await;
    let refunding = json!({"id": "r", "kind": "refunding", "occurredAt": 2, "detail": "no route"});
    let refund = json!({"id": "s", "kind": "refund", "occurredAt": 3, "chain": 8453, "txHash": "0x9",
                        "amount": "1000000", "status": "success"});
    let failure = json!({"id": "f", "kind": "failure", "occurredAt": 2, "detail": "reverted"});
    for (evidence, status, detail) in [
        (json!([refunding]), "refunding", "no route"),
        (json!([refunding, refund]), "refunded", "no route"),
        (json!([failure]), "failure", "reverted"),
    ] {
        let (session, order) = api.create_linked().await;
        api.tell(&order, &api.deposit("a", 1_000_000)).await.ok();
        let told = api.tell(&order, &evidence).await.ok();
        assert_eq!(
            (&told["order"]["status"], &told["order"]["errorDetails"]),
            (&json!(status), &json!(detail))
        );
        assert_eq!(status_of(&api.session(&session).await), ("expired", status, Some("payment_failed")));
    }
}

#[tokio::test]
async fn short_split_excess_and_foreign_deposits_all_show() {
    let api = Scenario::new().start().await;
    let (session, order) = api.create_linked().await;
    let mut foreign = api.deposit("foreign", 5_000_000);
    foreign["token"] = "0x0000000000000000000000000000000000000000".into();
    api.tell(&order, &json!([api.deposit("a", 400_000), foreign])).await.ok();
    assert_eq!(status_of(&api.session(&session).await).0, "open");
    api.tell(&order, &api.deposit("b", 600_000)).await.ok();
    assert_eq!(status_of(&api.session(&session).await).0, "processing");
    let told = api.tell(&order, &api.deposit("c", 300_000)).await.ok();
    assert_eq!(
        (&told["order"]["status"], &told["order"]["errorDetails"]),
        (&json!("executing"), &Value::Null)
    );
    let mut shown: Vec<_> = told["depositTxs"]
        .as_array()
        .unwrap()
        .iter()
        .map(|tx| {
            (tx["txHash"].as_str().unwrap(), tx["amount"].as_str().unwrap(), tx["status"].as_str().unwrap())
        })
        .collect();
    shown.sort_unstable();
    assert_eq!(
        shown,
        [
            ("0xa", "400000", "counted"),
            ("0xb", "600000", "counted"),
            ("0xc", "300000", "counted"),
            ("0xforeign", "5000000", "other_token")
        ]
    );
}

#[tokio::test]
async fn a_withdrawn_deposit_stays_visible_and_counts_no_more() {
    let api = Scenario::new().start().await;
    let (session, order) = api.create_linked().await;
    let withdrawn = json!({"id": "w", "kind": "withdrawn", "occurredAt": 5, "evidence": "a"});
    let told = api.tell(&order, &json!([withdrawn, api.deposit("a", 1_000_000)])).await.ok();
    assert_eq!(told["order"]["status"], "scanning_deposit_transaction");
    assert_eq!(told["depositTxs"][0]["status"], "withdrawn");
    api.tell(&order, &api.deposit("b", 1_000_000)).await.ok();
    assert_eq!(status_of(&api.session(&session).await).0, "processing");
}

#[tokio::test]
async fn what_was_executed_stays_executed_and_in_sight() {
    let api = Scenario::new().start().await;
    let (session, order) = api.create_linked().await;
    let withdrawn = json!({"id": "w", "kind": "withdrawn", "occurredAt": 5, "evidence": "b"});
    api.tell(&order, &json!([executed("b", 3), withdrawn])).await.ok();
    assert_eq!(api.order(&order).await["executeTx"], Value::Null);

    let (session_done, done) = api.create_linked().await;
    api.tell(&done, &json!([api.deposit("a", 1_000_000)])).await.ok();
    api.tell(&done, &executed("b", 3)).await.ok();
    let told = api.tell(&done, &withdrawn).await.ok();
    assert_eq!((&told["order"]["status"], &told["executeTx"]["txHash"]), (&json!("executed"), &json!("0xb")));
    assert_eq!(status_of(&api.session(&session_done).await).0, "complete");
    assert_eq!(status_of(&api.session(&session).await).0, "open");
}

#[tokio::test]
async fn an_order_that_must_change_token_goes_through_its_steps() {
    let api = Scenario::new().start().await;
    let mut body = order(None);
    body["dstTokenAddress"] = "0x0000000000000000000000000000000000000000".into();
    let id = api.post("/orders", &body).await.ok()["id"].as_str().unwrap().to_owned();
    let status = async |evidence: Value| api.tell(&id, &evidence).await.ok()["order"]["status"].clone();
    assert_eq!(status(api.deposit("a", 1_000_000)).await, "quoting_after_deposit");
    let progress =
        |id: &str, status: &str| json!({"id": id, "kind": "progress", "occurredAt": 5, "status": status});
    assert_eq!(status(progress("b", "relay")).await, "relay");
    assert_eq!(status(progress("c", "sending_token_from_vault")).await, "relay");
    let hop = |id: &str, at: i64, status: &str| json!({"id": id, "kind": "relay", "occurredAt": at, "chain": 10, "txHash": "0xh", "status": status});
    let told = api.tell(&id, &json!([hop("e", 9, "success"), hop("d", 8, "pending")])).await.ok();
    assert_eq!(
        told["relayTxs"],
        json!([{"orderId": id, "chain": 10, "txHash": "0xh", "status": "success", "createdAt": 8}])
    );
}

#[tokio::test]
async fn a_late_deposit_is_recorded_and_changes_no_status() {
    let api = Scenario::new().start().await;
    let (session, order) = api.create_linked().await;
    api.advance_clock(1800.0 + 59.0).await;
    assert_eq!(status_of(&api.session(&session).await).0, "open");
    api.advance_clock(1.0).await;
    let on_time_but_told_too_late = deposit("a", 1_000_000, 1);
    let told = api.tell(&order, &on_time_but_told_too_late).await.ok();
    assert_eq!(
        (&told["order"]["status"], &told["order"]["errorDetails"]),
        (&json!("expired"), &json!("LATE_DEPOSIT"))
    );
    assert_eq!(
        (&told["depositTxs"][0]["txHash"], &told["depositTxs"][0]["status"]),
        (&json!("0xa"), &json!("late"))
    );
    assert_eq!(status_of(&api.session(&session).await), ("expired", "expired", Some("ttl")));
}

#[tokio::test]
async fn a_payment_of_the_last_second_wins_if_it_is_seen_within_the_window() {
    let api = Scenario::new().start().await;
    let (session, order) = api.create_linked().await;
    let expired_at = api.order(&order).await["order"]["expiredAt"].as_i64().unwrap();
    api.advance_clock(1800.0 + 30.0).await;
    api.tell(&order, &deposit("late", 1_000_000, expired_at + 1)).await.ok();
    assert_eq!(status_of(&api.session(&session).await).0, "open");
    api.tell(&order, &deposit("on-time", 1_000_000, expired_at)).await.ok();
    assert_eq!(status_of(&api.session(&session).await).0, "processing");
    api.advance_clock(86_400.0).await;
    assert_eq!(status_of(&api.session(&session).await).0, "processing");
}

#[tokio::test]
async fn an_order_without_a_session_lives_a_quarter_of_an_hour() {
    let api = Scenario::new().start().await;
    let mut body = order(None);
    body["creatorAddress"] = BUYER.into();
    let created = api.post("/orders", &body).await.ok();
    assert_eq!(created["expiredAt"].as_i64().unwrap() - created["createdAt"].as_i64().unwrap(), 900_000);
    api.advance_clock(900.0 + 60.0).await;
    let listed = api
        .get(&format!("/orders?creatorAddress={}", BUYER.to_uppercase().replacen("0X", "0x", 1)))
        .await
        .ok();
    assert_eq!(listed[0]["status"], "expired");
    assert_eq!(api.order(created["id"].as_str().unwrap()).await["order"]["status"], "expired");
}

#[tokio::test]
async fn a_creators_orders_come_newest_first_page_by_page() {
    let api = Scenario::new().start().await;
    let mut ids = Vec::new();
    for _ in 0..5 {
        let mut body = order(None);
        body["creatorAddress"] = BUYER.into();
        ids.push(api.post("/orders", &body).await.ok()["id"].clone());
        api.advance_clock(1.0).await;
    }
    ids.reverse();
    let page = async |query: &str| {
        let listed = api.get(&format!("/orders?creatorAddress={BUYER}{query}")).await.ok();
        listed.as_array().unwrap().iter().map(|order| order["id"].clone()).collect::<Vec<_>>()
    };
    assert_eq!(page("").await, ids);
    assert_eq!(page("&limit=2").await, ids[..2]);
    assert_eq!(page("&limit=2&offset=2").await, ids[2..4]);
    assert_eq!(page("&limit=2&offset=4").await, ids[4..]);
    assert!(page("&offset=5").await.is_empty());
}

#[tokio::test]
async fn sessions_without_an_order_are_garbage_one_day_and_orders_never() {
    let api = Scenario::new().embedded().start().await; // the embedded engine follows the server's clock
    let alone = api.create_session().await;
    let (linked, order) = api.create_linked().await;
    api.advance_clock(1800.0 + 7.0 * 86_400.0 - 10.0).await;
    assert_eq!(api.session(&alone).await.expired_reason(), Some("ttl"));
    api.advance_clock(20.0).await;
    api.get(&format!("/checkout-sessions/{alone}")).await.refused(404, "session_not_found");
    assert_eq!(api.session(&linked).await["order_id"], json!(order));
    assert_eq!(api.order(&order).await["order"]["srcTokenAddress"], USDC);
}
