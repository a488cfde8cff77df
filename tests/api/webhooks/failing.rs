//! Failing endpoints, and a failing database.

use std::{
    collections::BTreeSet,
    time::{Duration, Instant},
};

use delivery::{Courier, Notification, Worker};
use serde_json::json;
use shared::kernel::{EndpointId, Owner};
use tests::{
    client::Api,
    proxy::{Fault, Proxy},
    receiver::{Manner, Receiver},
    scenario::Scenario,
};

use super::{deliveries, endpoint, endpoint_at, feed, sell, statuses, text, told};

/// Longer than any wait between two attempts, in seconds.
const DAYS: f64 = 36.0 * 3600.0;

/// An endpoint that gets the event of a session's creation, but not that of its later expiry.
async fn endpoint_for_one(api: &Api, receiver: &Receiver) -> String {
    let wanted = json!({"url": receiver.url, "event_types": ["checkout.session.created"]});
    text(&endpoint(api, &wanted).await["id"])
}

#[tokio::test]
async fn a_message_is_attempted_ten_times_over_days_then_given_up_and_can_be_sent_again_by_hand() {
    let api = Scenario::new().start().await;
    let receiver = Receiver::start().await;
    let id = endpoint_for_one(&api, &receiver).await;
    receiver.behave(Manner::Answers(500));
    api.create_session().await;
    for attempts in 1..=10 {
        api.server.catch_up().await.unwrap();
        // Not before it is due.
        api.server.catch_up().await.unwrap();
        assert_eq!(receiver.messages().len(), attempts);
        let delivery = deliveries(&api, &id).await.remove(0);
        assert_eq!(delivery["attempts"].as_array().unwrap().len(), attempts);
        assert_eq!(delivery["status"], if attempts < 10 { "pending" } else { "failed" });
        assert_eq!(delivery["next_attempt_at"].is_null(), attempts == 10);
        assert_eq!(api.server.queues.given_up().len(), usize::from(attempts == 10));
        api.advance_clock(DAYS).await;
    }
    api.server.catch_up().await.unwrap();
    assert_eq!(receiver.messages().len(), 10);
    // All attempts were of one message.
    assert_eq!(told(&receiver.messages()).len(), 1);
    let path = {
        let delivery = deliveries(&api, &id).await.remove(0);
        format!("/webhook-endpoints/{id}/deliveries/{}/redeliver", text(&delivery["id"]))
    };
    assert_eq!(api.post(&path, &json!({})).await.ok()["status"], "failed");
    receiver.behave(Manner::Answers(204));
    let sent = api.post(&path, &json!({})).await.ok();
    assert_eq!((&sent["status"], &sent["attempts"][11]["status_code"]), (&json!("delivered"), &json!(204)));
    // A delivered message stays delivered, even if sending it again fails.
    receiver.behave(Manner::Answers(500));
    assert_eq!(api.post(&path, &json!({})).await.ok()["status"], "delivered");
}

#[tokio::test]
async fn what_comes_back_from_the_dead_letters_is_attempted_once_more_each_time() {
    let api = Scenario::new().start().await;
    let receiver = Receiver::start().await;
    let id = endpoint_for_one(&api, &receiver).await;
    receiver.behave(Manner::Answers(500));
    api.create_session().await;
    for _ in 0..10 {
        api.server.catch_up().await.unwrap();
        api.advance_clock(DAYS).await;
    }
    let queues = &api.server.queues;
    assert_eq!((receiver.messages().len(), queues.given_up().len()), (10, 1));
    // Twice, as a queue may deliver it.
    for expected in [11, 12] {
        for _ in 0..2 {
            delivery::DeliveryQueue::notify(queues.as_ref(), &queues.given_up()).await.unwrap();
        }
        api.server.catch_up().await.unwrap();
        assert_eq!(receiver.messages().len(), expected);
        assert_eq!(statuses(&api, &id).await, BTreeSet::from(["failed".to_owned()]));
    }
    receiver.behave(Manner::Answers(200));
    delivery::DeliveryQueue::notify(queues.as_ref(), &queues.given_up()).await.unwrap();
    api.server.catch_up().await.unwrap();
    assert_eq!(statuses(&api, &id).await, BTreeSet::from(["delivered".to_owned()]));
    // Nor is a delivered message sent again for a late queue message.
    delivery::DeliveryQueue::notify(queues.as_ref(), &queues.given_up()).await.unwrap();
    api.server.catch_up().await.unwrap();
    assert_eq!(receiver.messages().len(), 13);
}

#[tokio::test]
async fn while_an_endpoint_is_down_nothing_is_lost_and_what_failed_comes_once_it_is_up() {
    let api = Scenario::new().start().await;
    let receiver = Receiver::start().await;
    endpoint_at(&api, &receiver).await;
    receiver.behave(Manner::TakesEvery(3));
    for _ in 0..6 {
        sell(&api).await;
        api.server.catch_up().await.unwrap();
    }
    assert_eq!(receiver.messages().len(), 36);
    assert_eq!(receiver.accepted().len(), 12);
    receiver.behave(Manner::Answers(200));
    api.advance_clock(600.0).await;
    api.server.catch_up().await.unwrap();
    assert_eq!(receiver.messages().len(), 36 + 24);
    assert_eq!(told(&receiver.accepted()), feed(&api).await);
    assert_eq!(receiver.accepted().len(), 36);
}

#[tokio::test]
async fn an_endpoint_that_has_vanished_fails_and_says_so() {
    let api = Scenario::new().start().await;
    let receiver = Receiver::start().await;
    let (id, _) = endpoint_at(&api, &receiver).await;
    receiver.vanish();
    api.create_session().await;
    api.server.catch_up().await.unwrap();
    let delivery = deliveries(&api, &id).await.remove(0);
    assert_eq!(
        (&delivery["status"], &delivery["attempts"][0]["error"]),
        (&json!("pending"), &json!("connect"))
    );
    assert_eq!(delivery["attempts"][0]["status_code"], json!(null));
}

#[tokio::test]
async fn events_that_cannot_be_read_hold_up_no_others() {
    let proxy = Proxy::start().await;
    let api = Scenario::new().behind(&proxy).start().await;
    let receiver = Receiver::start().await;
    let id = endpoint_for_one(&api, &receiver).await;
    receiver.behave(Manner::Answers(500));
    // Each in a segment of its own.
    for _ in 0..20 {
        api.create_session().await;
        api.server.catch_up().await.unwrap();
    }
    // More than are in flight at a time.
    for segment in 0..17 {
        let key = json!({"pk": {"S": "feed#default#0"}, "sk": {"S": format!("{segment:016x}")}});
        proxy.damage("EventsTable", &key, "events").await;
    }
    receiver.behave(Manner::Answers(200));
    api.advance_clock(600.0).await;
    api.server.catch_up().await.unwrap();
    assert_eq!(receiver.accepted().len(), 3);
    for _ in 2..=10 {
        api.advance_clock(DAYS).await;
        api.server.catch_up().await.unwrap();
    }
    let (failed, delivered): (Vec<_>, Vec<_>) =
        deliveries(&api, &id).await.into_iter().partition(|delivery| delivery["status"] == "failed");
    assert_eq!((failed.len(), delivered.len()), (17, 3));
    assert!(failed.iter().all(|delivery| delivery["attempts"][9]["error"] == "event_unreadable"));
    assert_eq!(api.server.queues.given_up().len(), 17);
}

/// Entries as a restored table may have them, of a delivered message and of one that is due later.
#[tokio::test]
async fn an_entry_by_which_nothing_is_due_is_removed_and_nothing_is_posted() {
    let proxy = Proxy::start().await;
    let api = Scenario::new().behind(&proxy).start().await;
    let receiver = Receiver::start().await;
    let id = endpoint_for_one(&api, &receiver).await;
    for status in [200, 500] {
        receiver.behave(Manner::Answers(status));
        api.create_session().await;
        api.server.catch_up().await.unwrap();
    }
    let (table, list) = (proxy.table("WebhooksTable"), json!({"S": format!("due#{id}")}));
    for delivery in deliveries(&api, &id).await {
        let place = format!("{:013}#{}", 0, text(&delivery["id"]));
        let entry = json!({"pk": list, "sk": {"S": place}});
        proxy.call("PutItem", &json!({"TableName": table, "Item": entry})).await;
    }
    tokio::select! {
        done = api.server.catch_up() => done.unwrap(),
        () = receiver.has_got(3) => panic!("a delivery that is not due was posted"),
    }
    let query = json!({"TableName": table, "KeyConditionExpression": "pk = :list",
                       "ExpressionAttributeValues": {":list": list}});
    assert_eq!(proxy.call("Query", &query).await["Count"], 1);
    // The remaining entry is that of the later one.
    receiver.behave(Manner::Answers(200));
    api.advance_clock(600.0).await;
    api.server.catch_up().await.unwrap();
    assert_eq!(receiver.messages().len(), 3);
    assert_eq!(statuses(&api, &id).await, BTreeSet::from(["delivered".to_owned()]));
}

#[tokio::test]
async fn a_delivery_that_comes_into_view_after_its_entry_is_not_lost() {
    let proxy = Proxy::start().await;
    let api = Scenario::new().behind(&proxy).start().await;
    let receiver = Receiver::start().await;
    let id = endpoint_for_one(&api, &receiver).await;
    receiver.behave(Manner::Answers(500));
    api.create_session().await;
    api.server.catch_up().await.unwrap();
    receiver.behave(Manner::Answers(200));
    api.advance_clock(600.0).await;
    let worker = Worker::new(Courier::new(api.server.app.clone()).unwrap(), api.server.queues.clone());
    let endpoint = EndpointId::parse(&id).unwrap();
    let notification = Notification { owner: Owner::default(), endpoint, delivery: None };
    // The delivery is read after the lease, the endpoint and the list.
    proxy.inject_after(3, &Fault::Rewritten(|answer| drop(answer.as_object_mut().unwrap().remove("Item"))));
    worker.work(&notification, Instant::now() + Duration::from_secs(60)).await.unwrap();
    assert_eq!((proxy.heal(), receiver.accepted().len()), (0, 1));
}

/// For any failed call to the database on the way from a feed to an endpoint: every message arrives in the end, at most
/// twice, and the stored deliveries match.
#[tokio::test]
async fn a_database_that_fails_at_any_call_loses_no_message() {
    let faults = [Fault::AnswerLost, Fault::Rejected];
    let mut failed = 0;
    for fault in &faults {
        for call in 0.. {
            let proxy = Proxy::start().await;
            let api = Scenario::new().behind(&proxy).start().await;
            let receiver = Receiver::start().await;
            let (id, _) = endpoint_at(&api, &receiver).await;
            api.create_session().await;
            proxy.inject_after(call, fault);
            // A fault may pass unnoticed, for the SDK retries; or work stops there, as if it had died.
            failed += usize::from(api.server.catch_up().await.is_err());
            let met = proxy.heal() == 0;
            // Longer than a lease lasts, and than the first wait.
            api.advance_clock(120.0).await;
            api.server.catch_up().await.unwrap();
            assert_eq!(told(&receiver.messages()), feed(&api).await, "{fault:?} at call {call}");
            assert!(receiver.messages().len() <= 2, "{fault:?} at call {call}");
            let seen = deliveries(&api, &id).await;
            assert_eq!(
                (seen.len(), &seen[0]["status"]),
                (1, &json!("delivered")),
                "{fault:?} at call {call}"
            );
            if !met {
                break;
            }
        }
    }
    assert!(failed > 0, "no fault stopped anything");
}
