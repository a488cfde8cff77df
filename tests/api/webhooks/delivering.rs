//! Every message arrives, once, and no endpoint waits for another.

use std::{
    collections::BTreeSet,
    time::{Duration, Instant},
};

use delivery::{Courier, Notification, Worker, queue_deliveries};
use futures_util::future::{join, join_all};
use publish_events::Batch;
use serde_json::{Value, json};
use shared::kernel::{EndpointId, Owner};
use tests::{
    client::Api,
    proxy::{Fault, Proxy},
    receiver::{Manner, Receiver},
    scenario::Scenario,
};

use super::{deliveries, endpoint, endpoint_at, feed, sell, statuses, text, told, verify};

#[tokio::test]
async fn every_event_reaches_every_endpoint_once_signed_and_as_the_feed_shows_it() {
    let api = Scenario::new().start().await;
    let (one, other) = (Receiver::start().await, Receiver::start().await);
    let ((id, secret), (_, other_secret)) = (endpoint_at(&api, &one).await, endpoint_at(&api, &other).await);
    for _ in 0..3 {
        sell(&api).await;
    }
    api.server.catch_up().await.unwrap();
    let events = feed(&api).await;
    assert_eq!(events.len(), 18);
    for (receiver, secret) in [(&one, &secret), (&other, &other_secret)] {
        let messages = receiver.messages();
        assert_eq!(messages.len(), 18);
        assert_eq!(told(&messages), events);
        for message in &messages {
            verify(secret, message);
        }
    }
    assert_ne!(secret, other_secret);
    // Nothing is left to do, and the deliveries can be read.
    api.server.catch_up().await.unwrap();
    assert_eq!(one.messages().len(), 18);
    let seen = deliveries(&api, &id).await;
    let ids = |of: &[Value], name: &str| of.iter().map(|it| text(&it[name])).collect::<BTreeSet<_>>();
    assert_eq!((seen.len(), ids(&seen, "event_id")), (18, ids(&events, "id")));
    assert!(seen.is_sorted_by(|newer, older| text(&newer["created_at"]) >= text(&older["created_at"])));
    for delivery in &seen {
        assert_eq!(delivery["status"], "delivered");
        assert_eq!(delivery["next_attempt_at"], json!(null));
        let attempts = delivery["attempts"].as_array().unwrap();
        assert_eq!(
            (attempts.len(), &attempts[0]["status_code"], &attempts[0]["error"]),
            (1, &json!(200), &json!(null))
        );
    }
}

#[tokio::test]
async fn an_endpoint_gets_what_happens_after_it_was_made_and_what_it_asked_for() {
    let api = Scenario::new().start().await;
    sell(&api).await;
    api.server.catch_up().await.unwrap();
    let receiver = Receiver::start().await;
    let types = ["checkout.session.completed", "checkout.session.expired"];
    endpoint(&api, &json!({"url": receiver.url, "event_types": types})).await;
    let session = sell(&api).await;
    let expired = api.create_session().await;
    api.expire(&expired).await.ok();
    api.server.catch_up().await.unwrap();
    let told = told(&receiver.messages());
    let seen: Vec<_> =
        told.iter().map(|event| (text(&event["type"]), text(&event["checkout_session_id"]))).collect();
    assert_eq!(seen, [(types[0].to_owned(), session), (types[1].to_owned(), expired)]);
}

#[tokio::test]
async fn an_endpoint_that_hangs_delays_no_other() {
    let api = Scenario::new().start().await;
    let (hangs, works) = (Receiver::start().await, Receiver::start().await);
    hangs.behave(Manner::Hangs);
    let (hanging, _) = endpoint_at(&api, &hangs).await;
    let (working, _) = endpoint_at(&api, &works).await;
    sell(&api).await;
    tokio::select! {
        _ = api.server.catch_up() => panic!("the endpoint does not hang"),
        _ = join(works.has_got(6), hangs.has_got(6)) => {}
    }
    assert_eq!(told(&works.messages()).len(), 6);
    // The worker has died with its lease. Once that has run out, all is attempted again.
    hangs.behave(Manner::Answers(200));
    assert_eq!(statuses(&api, &hanging).await.into_iter().collect::<Vec<_>>(), ["pending"]);
    api.advance_clock(60.0).await;
    api.server.catch_up().await.unwrap();
    assert_eq!(hangs.accepted().len(), 6);
    assert_eq!(statuses(&api, &working).await.into_iter().collect::<Vec<_>>(), ["delivered"]);
    assert_eq!(statuses(&api, &hanging).await.into_iter().collect::<Vec<_>>(), ["delivered"]);
}

#[tokio::test]
async fn many_workers_at_one_endpoint_deliver_each_message_once() {
    let api = Scenario::new().start().await;
    let receiver = Receiver::start().await;
    let (id, _) = endpoint_at(&api, &receiver).await;
    receiver.behave(Manner::Answers(500));
    for _ in 0..5 {
        sell(&api).await;
    }
    api.server.catch_up().await.unwrap();
    assert_eq!(receiver.messages().len(), 30);
    receiver.behave(Manner::Answers(200));
    api.advance_clock(600.0).await;
    let courier = Courier::new(api.server.app.clone()).unwrap();
    let worker = Worker::new(courier, api.server.queues.clone());
    let endpoint = EndpointId::parse(&id).unwrap();
    let notification = Notification { owner: Owner::default(), endpoint, delivery: None };
    let end = Instant::now() + Duration::from_secs(60);
    for outcome in join_all((0..16).map(|_| worker.work(&notification, end))).await {
        outcome.unwrap();
    }
    assert_eq!((receiver.messages().len(), receiver.accepted().len()), (60, 30));
    assert_eq!(told(&receiver.accepted()), feed(&api).await);
}

#[tokio::test]
async fn a_worker_whose_time_is_up_leaves_the_rest_to_the_next() {
    let api = Scenario::new().start().await;
    let receiver = Receiver::start().await;
    let (id, _) = endpoint_at(&api, &receiver).await;
    receiver.behave(Manner::Answers(500));
    sell(&api).await;
    api.server.catch_up().await.unwrap();
    api.advance_clock(600.0).await;
    receiver.behave(Manner::Answers(200));
    let worker = Worker::new(Courier::new(api.server.app.clone()).unwrap(), api.server.queues.clone());
    let endpoint = EndpointId::parse(&id).unwrap();
    worker
        .work(&Notification { owner: Owner::default(), endpoint, delivery: None }, Instant::now())
        .await
        .unwrap();
    assert_eq!(receiver.accepted().len(), 0);
    // It has notified the queue, and nobody has to wait for its lease.
    api.server.catch_up().await.unwrap();
    assert_eq!(receiver.accepted().len(), 6);
}

/// A sale's six events in the feed, and sixteen endpoints for all of them. Deliveries of three events fit one
/// transaction; none are created yet. Returns one of the endpoints.
async fn sold_to_sixteen(api: &Api, receiver: &Receiver) -> String {
    let endpoints = join_all((0..16).map(|_| endpoint_at(api, receiver))).await;
    sell(api).await;
    let app = &api.server.app;
    for batch in api.server.read_streams().await.unwrap() {
        if batch.table != app.feed.events_table() {
            let batch = Batch::parse(batch.event).unwrap();
            let published = publish_events::handle(app, api.server.queues.as_ref(), batch).await;
            assert!(published.batch_item_failures.is_empty());
        }
    }
    endpoints[0].0.clone()
}

#[tokio::test]
async fn deliveries_that_are_made_are_told_of_even_if_the_rest_of_the_feed_fails() {
    let proxy = Proxy::start().await;
    let api = Scenario::new().behind(&proxy).start().await;
    let receiver = Receiver::start().await;
    sold_to_sixteen(&api, &receiver).await;
    // The first transaction is the fourth call.
    proxy.inject_after(4, &Fault::Rejected);
    let (app, queues, end) = (&api.server.app, &api.server.queues, Instant::now() + Duration::from_secs(60));
    queue_deliveries(app, queues.as_ref(), &Owner::default(), end).await.unwrap_err();
    assert_eq!(queues.take_notifications().len(), 16);
}

#[tokio::test]
async fn a_feed_that_takes_too_long_is_gone_on_with_by_the_next_call() {
    let api = Scenario::new().start().await;
    let receiver = Receiver::start().await;
    let id = sold_to_sixteen(&api, &receiver).await;
    let (app, queues) = (&api.server.app, &api.server.queues);
    queue_deliveries(app, queues.as_ref(), &Owner::default(), Instant::now()).await.unwrap();
    assert_eq!(deliveries(&api, &id).await.len(), 3);
    api.server.catch_up().await.unwrap();
    assert_eq!(receiver.accepted().len(), 6 * 16);
}

#[tokio::test]
async fn a_server_left_to_itself_delivers_within_seconds() {
    let api = Scenario::new().with(|it| it.background = true).start().await;
    let receiver = Receiver::start().await;
    endpoint_at(&api, &receiver).await;
    sell(&api).await;
    receiver.has_got(6).await;
    assert_eq!(told(&receiver.messages()).len(), 6);
}
