//! Feeds with several lanes: readers and webhooks get each event once, while the lanes grow.

use std::{collections::HashMap, time::Duration};

use futures_util::future::{join, join_all};
use serde_json::{Value, json};
use shared::{App, feed::Growth};
use tests::{
    client::{Api, executed},
    proxy::Proxy,
    receiver::Receiver,
    scenario::Scenario,
};

use super::{
    Broken,
    publishing::{hints, publish},
    read, sell,
};

/// An app whose feeds double their lanes after some segments in a second.
fn hot(api: &Api) -> App {
    let mut app = api.server.app.clone();
    app.feed.growth = Growth { hot_units: 8, pause_millis: 0 };
    app
}

/// Sells something, and publishes each step by itself.
async fn sell_by_steps(api: &Api, app: &App) {
    let (session, order) = api.create_linked().await;
    let told = hints([session.clone()].iter(), [order.clone()].iter());
    assert_eq!(publish(app, &told).await, Vec::<String>::new());
    for piece in [api.deposit("a", 1_000_000), executed("b", api.now())] {
        api.tell(&order, &piece).await.ok();
        assert_eq!(publish(app, &told).await, Vec::<String>::new());
    }
}

/// Reads on until there are `count` events.
async fn follow(api: &Api, count: usize) -> Vec<Value> {
    let (mut seen, mut after) = (Vec::new(), String::new());
    while seen.len() < count {
        let new = read(api, &after, 7).await;
        after = new.last().map_or(after, |event| event["cursor"].as_str().unwrap().to_owned());
        seen.extend(new);
    }
    seen
}

/// Checks that each session's events are there once, in their order.
fn check_stories(seen: &[Value], sales: usize) {
    let mut stories = HashMap::<&str, Vec<u64>>::new();
    for event in seen {
        let story = stories.entry(event["checkout_session_id"].as_str().unwrap()).or_default();
        story.push(event["sequence"].as_u64().unwrap());
    }
    assert_eq!(stories.len(), sales);
    for story in stories.values() {
        assert_eq!(*story, (1..=6).collect::<Vec<_>>());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reader_who_follows_growing_lanes_gets_each_event_once_and_each_story_in_order() {
    let api = Scenario::new().start().await;
    let app = hot(&api);
    let sales = 24;
    let selling = join_all((0..sales).map(|_| sell_by_steps(&api, &app)));
    let follow = follow(&api, sales * 6);
    let (_, seen) = tokio::time::timeout(Duration::from_secs(120), join(selling, follow)).await.unwrap();
    check_stories(&seen, sales);
    let last = seen.last().unwrap()["cursor"].as_str().unwrap();
    assert!(last.starts_with('v'), "the feed has one lane: {last}");
    check_stories(&read(&api, "", 100).await, sales);
    // All that was seen later, and nothing else, is behind each cursor.
    for at in [0, 40, 100, sales * 6 - 1] {
        let rest = read(&api, seen[at]["cursor"].as_str().unwrap(), 10).await;
        let ids = |events: &[Value]| {
            let mut ids: Vec<_> =
                events.iter().map(|event| event["id"].as_str().unwrap().to_owned()).collect();
            ids.sort_unstable();
            ids
        };
        assert_eq!(ids(&rest), ids(&seen[at + 1..]));
    }
    api.create_session().await;
    api.server.catch_up().await.unwrap();
    assert_eq!(read(&api, last, 20).await.len(), 1);
}

/// Sells something. After each step a publisher dies within some milliseconds, at any of its calls.
async fn sell_to_dying_publishers(api: &Api, app: &App, mut random: fastrand::Rng) {
    let (session, order) = api.create_linked().await;
    let told = hints([session.clone()].iter(), [order.clone()].iter());
    let pieces = [Some(api.deposit("a", 1_000_000)), Some(executed("b", api.now())), None];
    for piece in pieces {
        for _ in 0..4 {
            let life = Duration::from_millis(random.u64(1..60));
            let _ = tokio::time::timeout(life, publish(app, &told)).await;
        }
        if let Some(piece) = piece {
            api.tell(&order, &piece).await.ok();
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn publishers_that_die_while_lanes_grow_lose_and_double_nothing() {
    let api = Scenario::new().start().await;
    let mut app = hot(&api);
    // Two segments in a second are enough, since those that die take their time.
    app.feed.growth.hot_units = 4;
    let sales = 24;
    // Half of the sales are published by those that live, so that the lanes do grow.
    let living = (0..sales / 2).map(|_| sell_by_steps(&api, &app));
    let random = (0..sales as u64 / 2).map(fastrand::Rng::with_seed);
    let dying = random.map(|random| sell_to_dying_publishers(&api, &app, random));
    let sold_and_published = async {
        join(join_all(living), join_all(dying)).await;
        api.server.catch_up().await.unwrap();
    };
    let all = join(sold_and_published, follow(&api, sales * 6));
    let (_, seen) = tokio::time::timeout(Duration::from_secs(120), all).await.unwrap();
    check_stories(&seen, sales);
    check_stories(&read(&api, "", 100).await, sales);
    let last = seen.last().unwrap()["cursor"].as_str().unwrap();
    assert!(last.starts_with('v'), "the feed has one lane: {last}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_endpoint_gets_the_events_of_all_lanes_from_its_creation_on() {
    let api = Scenario::new().start().await;
    let (app, receiver) = (hot(&api), Receiver::start().await);
    join_all((0..6).map(|_| sell_by_steps(&api, &app))).await;
    let before = read(&api, "", 100).await.len();
    api.post("/webhook-endpoints", &json!({"url": receiver.url})).await.ok();
    join_all((0..6).map(|_| sell_by_steps(&api, &app))).await;
    api.server.catch_up().await.unwrap();
    assert_eq!(before, 36);
    let messages: Vec<Value> =
        receiver.accepted().iter().map(|message| serde_json::from_str(&message.text).unwrap()).collect();
    let mut told: Vec<_> = messages.clone();
    told.sort_by_key(|event| (event["checkout_session_id"].to_string(), event["sequence"].as_u64()));
    check_stories(&told, 6);
    // A message's cursor is one to go on from: nothing published later is before it.
    let newest = sell(&api).await.0;
    api.server.catch_up().await.unwrap();
    for message in [&messages[0], &messages[35]] {
        let rest = read(&api, message["cursor"].as_str().unwrap(), 100).await;
        assert_eq!(rest.iter().filter(|event| event["checkout_session_id"] == newest).count(), 6);
    }
}

#[tokio::test]
async fn a_feed_that_cannot_be_written_is_asked_once_and_delays_no_other() {
    let proxy = Proxy::start().await;
    let mut api = Scenario::new().behind(&proxy).with_keys().start().await;
    let mut sessions = Vec::new();
    for (owner, count) in [("broken", 6), ("well", 2)] {
        let key = api.make_key(owner, shared::keys::Scope::Write, None).await;
        api.use_key(Some(&key));
        for _ in 0..count {
            sessions.push(api.create_session().await);
        }
    }
    api.server.catch_up().await.unwrap();
    for session in &sessions {
        let key = json!({"pk": {"S": format!("subject#{session}")}, "sk": {"S": "published"}});
        proxy.call("DeleteItem", &json!({"TableName": proxy.table("EventsTable"), "Key": key})).await;
    }
    let key = json!({"pk": {"S": "feed#broken#0"}, "sk": {"S": "0000000000000000"}});
    let update = json!({"TableName": proxy.table("EventsTable"), "Key": key,
                        "UpdateExpression": "SET #a = :v", "ExpressionAttributeNames": {"#a": "lanes"},
                        "ExpressionAttributeValues": {":v": {"S": "none"}}});
    proxy.call("UpdateItem", &update).await;
    proxy.take_operations();
    let batch = publish_events::Batch::parse(hints(sessions.iter(), [].iter())).unwrap();
    let response = publish_events::handle(&api.server.app, &Broken, batch).await;
    assert_eq!(response.batch_item_failures.len(), 1);
    let operations = proxy.take_operations();
    let count = |name: &str| operations.iter().filter(|operation| *operation == name).count();
    // Each feed's end is read once, and the other merchant's events are written.
    assert_eq!((count("Query"), count("TransactWriteItems"), count("GetItem")), (2, 1, 16));
    assert_eq!(read(&api, "", 20).await.len(), 4);
}
