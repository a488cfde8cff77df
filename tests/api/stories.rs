//! Merchants' events: one for each change, in sequence, with its object as it stood then.

use futures_util::future::join_all;
use serde_json::{Value, json};
use tests::{
    client::{Api, deposit, executed, order},
    scenario::Scenario,
};

/// A session's events, whose sequence must have no gap.
async fn story(api: &Api, session: &str) -> Vec<Value> {
    let seen = api.get(&format!("/checkout-sessions/{session}?include=events")).await.ok();
    let events = seen["events"].as_array().unwrap().clone();
    for (event, sequence) in events.iter().zip(1..) {
        assert_eq!(event["sequence"], sequence, "{events:#?}");
        assert_eq!(event["checkout_session_id"], session);
        assert_eq!(event["id"], format!("evt_{}_{sequence}", session.replace('-', "")));
    }
    events
}

/// Each event's type, with the status of its object.
fn told(events: &[Value]) -> Vec<(&str, &str)> {
    events
        .iter()
        .map(|event| (event["type"].as_str().unwrap(), event["data"]["object"]["status"].as_str().unwrap()))
        .collect()
}

#[tokio::test]
async fn a_sale_tells_every_step_with_the_object_as_it_stood() {
    let api = Scenario::new().start().await;
    let wanted = json!({"metadata": {"n": 1.0}, "client_reference_id": "cart-17"});
    let session = api.post("/checkout-sessions", &wanted).await.ok()["id"].as_str().unwrap().to_owned();
    let made = api.create_order(Some(&session)).await.ok();
    let id = made["id"].as_str().unwrap();
    api.tell(id, &api.deposit("a", 400_000)).await.ok();
    api.tell(id, &api.deposit("b", 600_000)).await.ok();
    api.tell(id, &executed("c", api.now())).await.ok();
    api.tell(id, &api.deposit("excess", 5)).await.ok();
    let events = story(&api, &session).await;
    let wanted = [
        ("checkout.session.created", "open"),
        ("order.created", "scanning_deposit_transaction"),
        ("order.payment_received", "scanning_deposit_transaction"),
        ("order.payment_received", "executing"),
        ("checkout.session.processing", "processing"),
        ("order.executed", "executed"),
        ("checkout.session.completed", "complete"),
        ("order.late_payment", "executed"),
    ];
    assert_eq!(told(&events), wanted);
    let object = |at: usize| &events[at]["data"]["object"];
    assert_eq!(object(1), &made);
    for at in [0, 4, 6] {
        assert_eq!(object(at)["metadata"].to_string(), "{\"n\":1.0}");
        assert_eq!(object(at)["client_reference_id"], "cart-17");
    }
    assert_eq!((&object(0)["order_id"], &object(0)["order_status"]), (&Value::Null, &Value::Null));
    assert_eq!((&object(4)["order_id"], &object(4)["order_status"]), (&made["id"], &json!("executing")));
    assert_eq!(object(6), &*api.session(&session).await);
    assert_eq!(events[2]["data"]["deposit"]["txHash"], "0xa");
    assert_eq!(events[7]["data"]["deposit"]["status"], "late");
    assert_eq!(object(2)["receivedDepositAt"], Value::Null);
    assert_eq!(object(5)["settlement"], json!({"actualDstAmount": "1000000"}));
}

#[tokio::test]
async fn an_end_without_payment_is_told_once_however_it_came() {
    let api = Scenario::new().start().await;
    let (alone, by_hand) = (api.create_session().await, api.create_session().await);
    let (linked, order) = api.create_linked().await;
    let (linked_by_hand, late) = api.create_linked().await;
    api.tell(&order, &api.deposit("part", 1)).await.ok();
    api.expire(&by_hand).await.ok();
    api.expire(&linked_by_hand).await.ok();
    api.tell(&late, &api.deposit("late", 1_000_000)).await.ok();
    api.advance_clock(1860.0).await;
    // Here the evidence itself finds the deadline passed.
    let pieces = json!([deposit("later", 1, api.now()), deposit("latest", 1, api.now())]);
    api.tell(&order, &pieces).await.ok();
    let created = ("checkout.session.created", "open");
    let expired = ("checkout.session.expired", "expired");
    let ordered = ("order.created", "scanning_deposit_transaction");
    let part = ("order.payment_received", "scanning_deposit_transaction");
    let late = ("order.late_payment", "expired");
    for _ in 0..2 {
        assert_eq!(told(&story(&api, &alone).await), [created, expired]);
        assert_eq!(told(&story(&api, &by_hand).await), [created, expired]);
        assert_eq!(told(&story(&api, &linked_by_hand).await), [created, ordered, expired, late]);
        let events = story(&api, &linked).await;
        assert_eq!(told(&events), [created, ordered, part, expired, late, late]);
        assert_eq!(events[3]["data"]["object"], *api.session(&linked).await);
    }
    let reasons = [(&alone, "ttl"), (&by_hand, "manual"), (&linked, "ttl"), (&linked_by_hand, "manual")];
    for (session, reason) in reasons {
        let events = story(&api, session).await;
        let expired = events.iter().find(|event| event["type"] == "checkout.session.expired").unwrap();
        assert_eq!(expired["data"]["object"]["expired_reason"], reason);
    }
}

#[tokio::test]
async fn each_way_to_fail_is_told() {
    let api = Scenario::new().start().await;
    let refunding = json!({"id": "r", "kind": "refunding", "occurredAt": 2, "detail": "no route"});
    let refund = json!({"id": "s", "kind": "refund", "occurredAt": 3, "chain": 8453, "txHash": "0x9",
                        "amount": "1000000", "status": "success"});
    let failure = json!({"id": "f", "kind": "failure", "occurredAt": 2, "detail": "reverted"});
    let begun: [(&str, &str); 2] =
        [("order.progressed", "refunding"), ("checkout.session.expired", "expired")];
    for (evidence, wanted) in [
        (json!([failure]), vec![("order.failed", "failure"), ("checkout.session.expired", "expired")]),
        (json!([refunding]), begun.to_vec()),
        (json!([refund]), vec![("order.refunded", "refunded"), ("checkout.session.expired", "expired")]),
    ] {
        let (session, order) = api.create_linked().await;
        api.tell(&order, &api.deposit("a", 1_000_000)).await.ok();
        api.tell(&order, &evidence).await.ok();
        assert_eq!(told(&story(&api, &session).await)[4..], wanted);
    }
    let (session, order) = api.create_linked().await;
    api.tell(&order, &api.deposit("a", 1_000_000)).await.ok();
    api.tell(&order, &refunding).await.ok();
    api.tell(&order, &refund).await.ok();
    let wanted = [begun[0], begun[1], ("order.refunded", "refunded")];
    assert_eq!(told(&story(&api, &session).await)[4..], wanted);
}

#[tokio::test]
async fn what_changes_nothing_is_not_told_until_it_does() {
    let api = Scenario::new().start().await;
    let (session, order) = api.create_linked().await;
    let hop = json!({"id": "h", "kind": "relay", "occurredAt": 2, "chain": 1, "txHash": "0x1", "status": "pending"});
    api.tell(&order, &json!([executed("early", api.now()), hop])).await.ok();
    assert_eq!(story(&api, &session).await.len(), 2);
    api.tell(&order, &api.deposit("a", 1_000_000)).await.ok();
    let wanted = [
        ("order.payment_received", "executed"),
        ("order.executed", "executed"),
        ("checkout.session.completed", "complete"),
    ];
    assert_eq!(told(&story(&api, &session).await)[2..], wanted);
}

fn withdrawal(id: &str, of: &str) -> Value {
    json!({"id": id, "kind": "withdrawn", "occurredAt": 3, "evidence": of})
}

#[tokio::test]
async fn a_payment_that_is_taken_back_is_told_of_once() {
    let api = Scenario::new().start().await;
    let (session, order) = api.create_linked().await;
    let moved = api.deposit("moved", 1_000_000);
    let pieces = json!([withdrawal("w", "a"), withdrawal("again", "a"), withdrawal("of-none", "b"), moved]);
    api.tell(&order, &api.deposit("a", 1_000_000)).await.ok();
    api.tell(&order, &pieces[0]).await.ok();
    api.tell(&order, &pieces).await.ok();
    let events = story(&api, &session).await;
    // The order keeps its status; it progresses only once it is covered again.
    let wanted = [
        ("order.payment_received", "executing"),
        ("checkout.session.processing", "processing"),
        ("order.payment_withdrawn", "executing"),
        ("order.payment_received", "executing"),
    ];
    assert_eq!(told(&events)[2..], wanted);
    let deposits: Vec<_> = [2, 4, 5].map(|at: usize| events[at]["data"]["deposit"].clone()).into();
    let shown =
        |at: usize| (deposits[at]["txHash"].as_str().unwrap(), deposits[at]["status"].as_str().unwrap());
    assert_eq!([0, 1, 2].map(shown), [("0xa", "counted"), ("0xa", "withdrawn"), ("0xmoved", "counted")]);
}

#[tokio::test]
async fn a_payment_that_was_taken_back_before_it_was_told_of_is_told_of_both_ways() {
    let api = Scenario::new().start().await;
    let (session, order) = api.create_linked().await;
    api.tell(&order, &withdrawal("w", "a")).await.ok();
    assert_eq!(story(&api, &session).await.len(), 2);
    api.tell(&order, &api.deposit("a", 1_000_000)).await.ok();
    let events = story(&api, &session).await;
    let unpaid = "scanning_deposit_transaction";
    assert_eq!(told(&events)[2..], [("order.payment_received", unpaid), ("order.payment_withdrawn", unpaid)]);
    assert!(events[2..].iter().all(|event| event["data"]["deposit"]["status"] == "withdrawn"));
}

#[tokio::test(flavor = "multi_thread")]
async fn evidence_told_thrice_at_once_while_others_expire_it_is_told_once() {
    let api = Scenario::new().start().await;
    for round in 0..6 {
        let (session, order) = api.create_linked().await;
        let pieces: Vec<_> = (0..4).map(|n| api.deposit(&n.to_string(), 250_000)).collect();
        let tellings =
            pieces.iter().cycle().take(12).map(|piece| async { api.tell(&order, piece).await.ok() });
        let expiry = async {
            match round % 2 {
                0 => drop(api.expire(&session).await),
                _ => drop(api.session(&session).await),
            }
        };
        futures_util::join!(join_all(tellings), expiry);
        let events = story(&api, &session).await;
        let payments = events.iter().filter(|event| event["data"].get("deposit").is_some());
        let mut hashes: Vec<_> =
            payments.map(|event| event["data"]["deposit"]["txHash"].to_string()).collect();
        hashes.sort();
        assert_eq!(hashes, ["\"0x0\"", "\"0x1\"", "\"0x2\"", "\"0x3\""]);
        let ends = events.iter().filter(|event| event["type"] == "checkout.session.expired").count();
        let status = api.session(&session).await["status"].clone();
        assert_eq!((ends, status == "expired"), (usize::from(status == "expired"), ends == 1));
    }
}

#[tokio::test]
async fn include_names_order_events_or_both() {
    let api = Scenario::new().start().await;
    let (session, _) = api.create_linked().await;
    let path = format!("/checkout-sessions/{session}?include=");
    for both in ["order,events", "events,order", "events&include=order"] {
        let seen = api.get(&format!("{path}{both}")).await.ok();
        assert_eq!((seen["events"].as_array().unwrap().len(), seen["order"].is_object()), (2, true));
    }
    let seen = api.get(&format!("{path}events")).await.ok();
    assert!(seen.get("order").is_none());
    for wrong in ["", "event", "order,", "order events"] {
        api.get(&format!("{path}{wrong}")).await.refused(400, "invalid_field");
    }
}

#[tokio::test]
async fn events_too_long_for_one_answer_are_a_clear_refusal() {
    let api = Scenario::new().start().await;
    let session = api.create_session().await;
    let mut body = order(Some(&session));
    body["metadata"] = json!({"notes": "x".repeat(60_000)});
    let id = api.post("/orders", &body).await.ok()["id"].as_str().unwrap().to_owned();
    let pieces: Vec<_> = (0..45).map(|n| api.deposit(&n.to_string(), 1)).collect();
    for piece in &pieces {
        api.tell(&id, piece).await.ok();
    }
    let answer = api.get(&format!("/checkout-sessions/{session}?include=events")).await;
    assert_eq!(answer.refused(400, "invalid_field")["param"], "include");
    assert!(answer.message().contains("GET /events"), "{}", answer.text);
}
