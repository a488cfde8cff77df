//! A store that fails at every single write: nothing half-written, nothing doubled, nothing lost.

use std::time::Duration;

use futures_util::future::join_all;
use serde_json::json;
use tests::{
    client::{Answer, Api, BUYER, executed, order},
    proxy::{Fault, Proxy},
    scenario::Scenario,
};

/// More than any call is repeated.
const FOREVER: usize = 10_000;

const FAULTS: [Fault; 7] = [
    Fault::Lost,
    Fault::AnswerLost,
    Fault::ServerError,
    Fault::Throttled,
    Fault::ThroughputExceeded,
    Fault::Conflict,
    Fault::InProgress,
];

/// Each write of the system, as a client causes it.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Write {
    CreateSession,
    Link,
    CreateOrder,
    Expire,
    ExpireWithOrder,
    Pay,
    Execute,
    TellOfExpiry,
}

const WRITES: [Write; 8] = [
    Write::CreateSession,
    Write::Link,
    Write::CreateOrder,
    Write::Expire,
    Write::ExpireWithOrder,
    Write::Pay,
    Write::Execute,
    Write::TellOfExpiry,
];

/// The subjects of a write, created before the fault.
struct Scene {
    proxy: Proxy,
    api: Api,
    session: String,
    order: String,
}

impl Scene {
    async fn set(write: Write) -> Self {
        let proxy = Proxy::start().await;
        let api = Scenario::new().behind(&proxy).start().await;
        let session = api.create_session().await;
        let mut order = String::new();
        if matches!(write, Write::ExpireWithOrder | Write::Pay | Write::Execute | Write::TellOfExpiry) {
            order = api.create_order(Some(&session)).await.ok()["id"].as_str().unwrap().to_owned();
        }
        if write == Write::Execute {
            api.tell(&order, &api.deposit("a", 1_000_000)).await.ok();
        }
        if write == Write::TellOfExpiry {
            api.advance_clock(1860.0).await;
        }
        Self { proxy, api, session, order }
    }

    /// Makes the next attempts at the write meet `fault`.
    fn break_write(&self, write: Write, fault: &Fault, times: usize) {
        let operation = if write == Write::CreateSession { "PutItem" } else { "TransactWriteItems" };
        self.proxy.inject(operation, fault, times);
    }

    async fn run(&self, write: Write) -> Answer {
        let Self { api, session, order: order_id, .. } = self;
        let mut body = order(None);
        body["creatorAddress"] = BUYER.into();
        match write {
            Write::CreateSession => api.post("/checkout-sessions", &json!({})).await,
            Write::Link => api.create_order(Some(session)).await,
            Write::CreateOrder => api.post("/orders", &body).await,
            Write::Expire | Write::ExpireWithOrder => api.expire(session).await,
            Write::Pay => api.tell(order_id, &api.deposit("a", 1_000_000)).await,
            Write::Execute => api.tell(order_id, &executed("e", api.now())).await,
            Write::TellOfExpiry => api.get(&format!("/checkout-sessions/{session}")).await,
        }
    }

    /// Checks the whole state afterwards: `Write` has succeeded once, whatever went before.
    async fn check(&self, write: Write) {
        let Self { api, session, order, .. } = self;
        let seen = api.session(session).await;
        let (status, order_status) = match write {
            Write::CreateSession | Write::CreateOrder => ("open", None),
            Write::Link => ("open", Some("scanning_deposit_transaction")),
            Write::Expire => ("expired", None),
            Write::ExpireWithOrder | Write::TellOfExpiry => ("expired", Some("expired")),
            Write::Pay => ("processing", Some("executing")),
            Write::Execute => ("complete", Some("executed")),
        };
        assert_eq!((seen["status"].as_str(), seen["order_status"].as_str()), (Some(status), order_status));
        if let Some(order) = seen["order_id"].as_str() {
            assert_eq!(api.order(order).await["order"]["status"], seen["order_status"]);
        }
        if matches!(write, Write::Pay | Write::Execute) {
            assert_eq!(api.order(order).await["depositTxs"].as_array().unwrap().len(), 1);
        }
    }
}

/// All writes, each with each fault.
fn every_case() -> impl Iterator<Item = (Write, Fault)> {
    let cases = WRITES.into_iter().flat_map(|write| FAULTS.into_iter().map(move |fault| (write, fault)));
    // A lone put has no client token by which DynamoDB could recognise it.
    cases.filter(|(write, fault)| !(*write == Write::CreateSession && matches!(fault, Fault::InProgress)))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_passing_fault_is_healed_before_the_client_notices() {
    join_all(every_case().map(|(write, fault)| async move {
        let scene = Scene::set(write).await;
        scene.break_write(write, &fault, 2);
        let answer = scene.run(write).await;
        assert_eq!(scene.proxy.heal(), 0, "{write:?} {fault:?}");
        assert!(answer.status.is_success(), "{write:?} {fault:?}: {}", answer.text);
        scene.check(write).await;
        if write == Write::CreateOrder {
            let listed = scene.api.get(&format!("/orders?creatorAddress={BUYER}")).await.ok();
            assert_eq!(listed.as_array().unwrap().len(), 1, "{fault:?}");
            assert_eq!(listed[0]["id"], answer.ok()["id"], "{fault:?}");
        }
    }))
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lasting_fault_is_a_503_and_the_same_request_succeeds_later() {
    join_all(every_case().map(|(write, fault)| async move {
        let scene = Scene::set(write).await;
        scene.break_write(write, &fault, FOREVER);
        scene.run(write).await.refused(503, "unavailable");
        scene.proxy.heal();
        let answer = scene.run(write).await;
        match (write, &fault) {
            // A write that the fault let through is done, and the retry reports that.
            (Write::Link, Fault::AnswerLost) => {
                let winner = answer.refused(409, "session_has_order")["orderId"].clone();
                assert_eq!(scene.api.session(&scene.session).await["order_id"], winner);
            }
            (Write::Expire | Write::ExpireWithOrder, Fault::AnswerLost) => {
                answer.refused(400, "session_not_open");
            }
            _ => drop(answer.ok()),
        }
        scene.check(write).await;
    }))
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_never_comes_is_asked_for_again() {
    join_all(WRITES.map(|write| async move {
        let scene = Scene::set(write).await;
        scene.break_write(write, &Fault::AnswerHangs, 1);
        let answer = tokio::time::timeout(Duration::from_secs(30), scene.run(write)).await.unwrap();
        assert!(answer.status.is_success(), "{write:?}: {}", answer.text);
        scene.check(write).await;
    }))
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_outage_of_reads_is_never_not_found() {
    let scene = Scene::set(Write::Pay).await;
    for (operation, path) in [
        ("GetItem", format!("/checkout-sessions/{}", scene.session)),
        ("Query", format!("/orders/{}", scene.order)),
        ("Query", format!("/orders?creatorAddress={BUYER}")),
    ] {
        scene.proxy.inject(operation, &Fault::ServerError, FOREVER);
        let error = scene.api.get(&path).await;
        assert!(error.refused(503, "unavailable")["requestId"].is_string());
        assert!(!error.text.contains("InternalServerError"), "{}", error.text);
        assert_eq!(error.headers["retry-after"], "1");
        scene.proxy.heal();
        scene.api.get(&path).await.ok();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_piece_of_evidence_that_cannot_be_applied_holds_up_no_other() {
    let scene = Scene::set(Write::Pay).await;
    let mut good = scene.api.deposit("a", 1_000_000);
    good["orderId"] = scene.order.clone().into();
    let unknown_order = "5392f7a7-d472-4d6b-9848-bd07117fb82d";
    let unknown =
        json!({"orderId": unknown_order, "id": "x", "occurredAt": 1, "kind": "failure", "detail": "-"});
    let event = json!({"Records": [
        {"messageId": "poison", "body": "{\"orderId\":"},
        {"messageId": "unknown", "body": unknown.to_string()},
        {"messageId": "good", "body": good.to_string()},
    ]});
    let response =
        record_payment::handle(&scene.api.server.app, serde_json::from_value(event).unwrap()).await;
    let failed: Vec<_> = response
        .batch_item_failures
        .iter()
        .filter_map(|failure| failure.item_identifier.as_deref())
        .collect();
    assert_eq!(failed, ["poison", "unknown"]);
    scene.check(Write::Pay).await;
}

#[tokio::test]
async fn a_fault_of_ours_is_a_500_that_says_nothing_of_the_inside() {
    let proxy = Proxy::start().await;
    let api = Scenario::new().behind(&proxy).start().await;
    proxy.inject("PutItem", &Fault::Rejected, 1);
    let answer = api.post("/checkout-sessions", &json!({})).await;
    assert!(answer.refused(500, "internal_error")["requestId"].as_str().is_some_and(|id| !id.is_empty()));
    assert!(!answer.text.contains("injected") && !answer.text.contains("Validation"), "{}", answer.text);
    assert_eq!(proxy.take_operations().iter().filter(|operation| *operation == "PutItem").count(), 1);
}
