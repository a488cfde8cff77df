//! The contract's invariants under concurrency.

use std::{collections::HashSet, sync::Arc};

use futures_util::future::{join, join_all};
use reqwest::StatusCode;
use serde_json::{Value, json};
use shared::checkout::Evidence;
use tests::{
    client::{Answer, Api, BUYER, deposit, executed, order},
    proxy::{Fault, Proxy},
    scenario::Scenario,
};
use tokio::sync::Semaphore;

#[tokio::test(flavor = "multi_thread")]
async fn of_many_simultaneous_orders_for_a_session_one_wins_and_the_others_name_it() {
    let api = Scenario::new().start().await;
    for _ in 0..5 {
        let session = api.create_session().await;
        let mut body = order(Some(&session));
        body["creatorAddress"] = session.clone().into();
        let answers = join_all((0..64).map(|_| api.post("/orders", &body))).await;
        let (won, lost): (Vec<_>, Vec<_>) =
            answers.into_iter().partition(|answer| answer.status == StatusCode::OK);
        assert_eq!(won.len(), 1);
        let winner = &won[0].body["data"]["id"];
        for answer in lost {
            assert_eq!(&answer.refused(409, "session_has_order")["orderId"], winner);
        }
        assert_eq!(&api.session(&session).await["order_id"], winner);
        // Every order is known to a session or a client.
        let listed = api.get(&format!("/orders?creatorAddress={session}&limit=100")).await.ok();
        assert_eq!(listed.as_array().unwrap().iter().map(|order| &order["id"]).collect::<Vec<_>>(), [winner]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn expiring_and_linking_at_once_leaves_one_truth() {
    let api = Scenario::new().start().await;
    for _ in 0..40 {
        let session = api.create_session().await;
        let (expire, link) = join(api.expire(&session), api.create_order(Some(&session))).await;
        expire.ok();
        let seen = api.session(&session).await;
        assert_eq!((&seen["status"], &seen["expired_reason"]), (&json!("expired"), &json!("manual")));
        if link.status == StatusCode::OK {
            let order = api.order(link.ok()["id"].as_str().unwrap()).await;
            assert_eq!(
                (&order["order"]["status"], &seen["order_status"]),
                (&json!("expired"), &json!("expired"))
            );
        } else {
            assert!(link.message().contains("expired"), "{}", link.text);
            link.refused(400, "session_not_open");
            assert_eq!(seen["order_id"], Value::Null);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn paying_and_expiring_at_once_leaves_one_truth() {
    let api = Scenario::new().start().await;
    for _ in 0..40 {
        let (session, order) = api.create_linked().await;
        let payment = api.deposit("a", 1_000_000);
        let (expire, told) = join(api.expire(&session), api.tell(&order, &payment)).await;
        told.ok();
        let (seen, record) = (api.session(&session).await, api.order(&order).await);
        assert_eq!(seen["order_status"], record["order"]["status"]);
        assert_eq!(record["depositTxs"].as_array().unwrap().len(), 1);
        if expire.status == StatusCode::OK {
            assert_eq!(
                (&seen["status"], &record["depositTxs"][0]["status"]),
                (&json!("expired"), &json!("late"))
            );
        } else {
            expire.refused(400, "session_not_open");
            assert_eq!(
                (&seen["status"], &record["depositTxs"][0]["status"]),
                (&json!("processing"), &json!("counted"))
            );
        }
    }
}

/// A payment in four deposits, each sent three times; any order of arrival gives the same end.
fn story(api: &Api) -> Vec<Value> {
    let mut pieces: Vec<_> = ["a", "b", "c", "d"].map(|id| api.deposit(id, 250_000)).to_vec();
    pieces.push(json!({"id": "p", "kind": "progress", "occurredAt": 3, "status": "executing"}));
    pieces.push(executed("e", api.now()));
    [pieces.clone(), pieces.clone(), pieces].concat()
}

#[tokio::test(flavor = "multi_thread")]
async fn evidence_told_thrice_at_once_and_in_any_order_counts_once() {
    let api = Scenario::new().start().await;
    let mut random = fastrand::Rng::with_seed(8453);
    for _ in 0..8 {
        let (session, order) = api.create_linked().await;
        let mut pieces = story(&api);
        random.shuffle(&mut pieces);
        join_all(pieces.iter().map(|piece| async { api.tell(&order, piece).await.ok() })).await;
        let record = api.order(&order).await;
        assert_eq!(record["order"]["status"], "executed");
        assert_eq!(record["order"]["errorDetails"], Value::Null);
        let hashes: HashSet<_> = record["depositTxs"]
            .as_array()
            .unwrap()
            .iter()
            .map(|tx| tx["txHash"].as_str().unwrap())
            .collect();
        assert_eq!((hashes.len(), record["depositTxs"].as_array().unwrap().len()), (4, 4));
        assert_eq!(api.session(&session).await.status(), "complete");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_poller_has_seen_end_never_starts_again() {
    let api = Scenario::new().start().await;
    for _ in 0..10 {
        let (session, order) = api.create_linked().await;
        let poll = async {
            let mut seen = Vec::new();
            for _ in 0..10 {
                seen.push(api.session(&session).await["status"].as_str().unwrap().to_owned());
                let answer = api.get(&format!("/checkout-sessions/{session}?include=order")).await.ok();
                assert_eq!(answer["order_status"], answer["order"]["order"]["status"]);
                seen.push(answer["status"].as_str().unwrap().to_owned());
            }
            seen
        };
        let pay = async {
            api.tell(&order, &api.deposit("a", 1_000_000)).await.ok();
            api.tell(&order, &executed("b", api.now())).await.ok();
        };
        let (seen, (), _) = futures_util::join!(poll, pay, api.expire(&session));
        let rank = |status: &String| {
            ["open", "processing", "complete", "expired"].iter().position(|it| it == status)
        };
        assert!(seen.is_sorted_by_key(rank), "{seen:?}");
        let end = seen.iter().position(|status| status == "complete" || status == "expired");
        assert!(seen[end.unwrap_or(seen.len())..].windows(2).all(|pair| pair[0] == pair[1]), "{seen:?}");
    }
}

/// Holds a transaction back until the session's deadline has passed and a client has read that; returns the
/// transaction's outcome.
async fn land_late(proxy: &Proxy, api: &Api, session: &str, write: impl Future<Output = Answer>) -> Answer {
    let gate = Arc::new(Semaphore::new(0));
    proxy.inject("TransactWriteItems", &Fault::Held(Arc::clone(&gate)), 1);
    let tell_of_expiry = async {
        while proxy.pending() != 0 {
            tokio::task::yield_now().await;
        }
        api.advance_clock(1860.0).await;
        assert_eq!(api.session(session).await["status"], "expired");
        gate.add_permits(1);
    };
    join(write, tell_of_expiry).await.0
}

#[tokio::test]
async fn a_link_that_was_decided_in_time_and_lands_late_is_refused() {
    let proxy = Proxy::start().await;
    let api = Scenario::new().behind(&proxy).start().await;
    let session = api.create_session().await;
    let answer = land_late(&proxy, &api, &session, api.create_order(Some(&session))).await;
    answer.refused(400, "session_not_open");
    let session = api.session(&session).await;
    assert_eq!((&session["status"], &session["order_id"]), (&json!("expired"), &Value::Null));
}

#[tokio::test]
async fn a_payment_that_was_decided_in_time_and_lands_late_is_recorded_as_late() {
    let proxy = Proxy::start().await;
    let api = Scenario::new().behind(&proxy).start().await;
    let (session, order) = api.create_linked().await;
    let payment = api.deposit("a", 1_000_000);
    let told = land_late(&proxy, &api, &session, api.tell(&order, &payment)).await;
    assert_eq!(told.ok()["order"]["errorDetails"], "LATE_DEPOSIT");
    assert_eq!(api.session(&session).await.expired_reason(), Some("ttl"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_shows_every_order_whose_creation_was_answered() {
    let api = Scenario::new().start().await;
    let mut body = order(None);
    body["creatorAddress"] = BUYER.into();
    let list = format!("/orders?creatorAddress={BUYER}&limit=100");
    join_all((0..30).map(|_| async {
        let id = api.post("/orders", &body).await.ok()["id"].clone();
        let listed = api.get(&list).await.ok();
        assert!(listed.as_array().unwrap().iter().any(|order| order["id"] == id));
    }))
    .await;
    assert_eq!(api.get(&list).await.ok().as_array().unwrap().len(), 30);
}

#[tokio::test]
async fn the_answer_that_tells_of_an_expiry_has_all_that_came_before_it() {
    let proxy = Proxy::start().await;
    let api = Scenario::new().behind(&proxy).start().await;
    let id = api.create_order(None).await.ok()["id"].as_str().unwrap().to_owned();
    let mut piece = deposit("a", 1, api.now());
    piece["orderId"] = id.clone().into();
    let piece: Evidence = serde_json::from_value(piece).unwrap();
    let in_time = api.server.app.clock.now();
    api.advance_clock(16.0 * 60.0).await;

    let gate = Arc::new(Semaphore::new(0));
    proxy.inject("TransactWriteItems", &Fault::Held(Arc::clone(&gate)), 1);
    let record_meanwhile = async {
        while proxy.pending() != 0 {
            tokio::task::yield_now().await;
        }
        // Decided in time, on a slow machine.
        api.server.app.checkout.append(&piece, in_time).await.unwrap();
        gate.add_permits(1);
    };
    let (seen, ()) = join(api.order(&id), record_meanwhile).await;
    assert_eq!(seen["order"]["status"], "expired");
    assert_eq!(seen["depositTxs"].as_array().unwrap().len(), 1);
}
