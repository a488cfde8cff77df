//! The feed: every event of a merchant, once, in an order that never changes behind a reader.

use std::{collections::HashMap, time::Duration};

use futures_util::future::{join, join_all};
use local::{Options, Server};
use serde_json::{Value, json};
use shared::{App, model::Scope};
use tests::{
    client::{Api, executed},
    proxy::{Fault, Proxy},
};

/// The feed from `after` on, page by page.
async fn read(api: &Api, after: &str, limit: usize) -> Vec<Value> {
    let (mut events, mut after) = (Vec::new(), after.to_owned());
    loop {
        let page = api.get(&format!("/events?after={after}&limit={limit}")).await.ok();
        events.extend(page["events"].as_array().unwrap().iter().cloned());
        after = page["next_cursor"].as_str().unwrap().to_owned();
        if page["has_more"] == false {
            return events;
        }
        assert_eq!(events.last().unwrap()["cursor"], after);
    }
}

/// Each session's part of a feed must be its story, and so in sequence and without gap or double.
async fn check(api: &Api, feed: &[Value]) {
    let mut stories: HashMap<String, Vec<Value>> = HashMap::new();
    for event in feed {
        let mut event = event.clone();
        event.as_object_mut().unwrap().remove("cursor").unwrap();
        let session = event["checkout_session_id"].as_str().unwrap().to_owned();
        stories.entry(session).or_default().push(event);
    }
    for (session, published) in stories {
        let seen = api.get(&format!("/checkout-sessions/{session}?include=events")).await.ok();
        assert_eq!(seen["events"].as_array().unwrap(), &published);
    }
    assert!(feed.is_sorted_by_key(|event| event["cursor"].as_str().unwrap().to_owned()));
}

/// A session that is paid and executed; its ids.
async fn sell(api: &Api) -> (String, String) {
    let (session, order) = api.create_linked().await;
    api.tell(&order, &api.deposit("a", 1_000_000)).await.ok();
    api.tell(&order, &executed("b", api.now())).await.ok();
    (session, order)
}

/// A batch of stream records, such as say that these sessions and orders have changed.
fn hints<'a>(sessions: impl Iterator<Item = &'a String>, orders: impl Iterator<Item = &'a String>) -> Value {
    let sessions = sessions.map(|id| json!({"id": {"S": id}}));
    let keys =
        sessions.chain(orders.map(|id| json!({"pk": {"S": format!("order#{id}")}, "sk": {"S": "order"}})));
    let records = keys.enumerate().map(|(at, keys)| {
        let change = json!({"ApproximateCreationDateTime": 0, "Keys": keys, "SequenceNumber": at.to_string(),
                            "SizeBytes": 1, "StreamViewType": "KEYS_ONLY"});
        json!({"eventID": "-", "eventName": "MODIFY", "awsRegion": "-", "dynamodb": change})
    });
    json!({"Records": records.collect::<Vec<_>>()})
}

/// Returns the sequence numbers of the records that failed.
async fn publish(app: &App, batch: &Value) -> Vec<String> {
    let response = publish_events::handle(app, serde_json::from_value(batch.clone()).unwrap()).await;
    response.batch_item_failures.into_iter().map(|failure| failure.item_identifier.unwrap()).collect()
}

#[tokio::test]
async fn what_happens_reaches_the_feed_in_order_and_pages_fit_together() {
    let api = Api::start().await;
    assert_eq!(read(&api, "", 20).await, Vec::<Value>::new());
    for _ in 0..3 {
        sell(&api).await;
    }
    api.server.catch_up().await.unwrap();
    let feed = read(&api, "", 100).await;
    assert_eq!(feed.len(), 3 * 6);
    check(&api, &feed).await;
    for limit in [1, 5, 18] {
        assert_eq!(read(&api, "", limit).await, feed);
    }
    assert_eq!(read(&api, feed[9]["cursor"].as_str().unwrap(), 3).await, feed[10..]);
    // Nothing new: the same cursor, to ask with again.
    let last = feed[17]["cursor"].as_str().unwrap();
    let page = api.get(&format!("/events?after={last}")).await.ok();
    assert_eq!(page, json!({"events": [], "has_more": false, "next_cursor": last}));
    api.create_session().await;
    api.server.catch_up().await.unwrap();
    assert_eq!(read(&api, last, 20).await[0]["type"], "checkout.session.created");
}

#[tokio::test]
async fn a_cursor_that_is_none_is_refused() {
    let api = Api::start().await;
    for wrong in
        ["1", "000000000000000g", "0x00000000000000", "00000000000000000", "+000000000000001", "evt_1"]
    {
        let answer = api.get(&format!("/events?after={wrong}")).await;
        assert_eq!(answer.refused(400, "invalid_field")["param"], "after", "{wrong}");
    }
    for wrong in ["0", "101", "-1", "x"] {
        let answer = api.get(&format!("/events?limit={wrong}")).await;
        assert_eq!(answer.refused(400, "invalid_field")["param"], "limit");
    }
}

#[tokio::test]
async fn records_that_come_twice_late_and_out_of_order_do_no_harm() {
    let api = Api::start().await;
    let mut random = fastrand::Rng::with_seed(17);
    let (sessions, orders): (Vec<_>, Vec<_>) =
        join_all((0..20).map(|_| sell(&api))).await.into_iter().unzip();
    let app = &api.server.app;
    join_all((0..8).map(|_| {
        let (mut sessions, mut orders) = ([sessions.clone(), sessions.clone()].concat(), orders.clone());
        random.shuffle(&mut sessions);
        random.shuffle(&mut orders);
        let batch = hints(sessions.iter().take(30), orders.iter());
        async move { assert_eq!(publish(app, &batch).await, Vec::<String>::new()) }
    }))
    .await;
    let feed = read(&api, "", 100).await;
    assert_eq!(feed.len(), 20 * 6);
    check(&api, &feed).await;
    api.server.catch_up().await.unwrap();
    assert_eq!(read(&api, "", 100).await, feed);
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_appears_behind_a_cursor_that_was_handed_out() {
    let api = Api::start().await;
    let app = &api.server.app;
    let sales = join_all((0..12).map(|_| async {
        let (session, order) = sell(&api).await;
        publish(app, &hints([session].iter(), [order].iter())).await
    }));
    let follow = async {
        let (mut seen, mut after) = (Vec::new(), String::new());
        while seen.len() < 12 * 6 {
            let new = read(&api, &after, 7).await;
            after = new.last().map_or(after, |event| event["cursor"].as_str().unwrap().to_owned());
            seen.extend(new);
        }
        seen
    };
    let (failed, seen) = tokio::time::timeout(Duration::from_secs(60), join(sales, follow)).await.unwrap();
    assert_eq!(failed.concat(), Vec::<String>::new());
    assert_eq!(seen, read(&api, "", 100).await);
    check(&api, &seen).await;
}

/// As if the transaction that wrote the second event had come half into view.
fn without_the_second(answer: &mut Value) {
    answer["Items"].as_array_mut().unwrap().remove(1);
    answer["Count"] = 3.into();
}

#[tokio::test]
async fn what_comes_after_a_gap_waits_until_the_gap_is_closed() {
    let proxy = Proxy::start().await;
    let api = Api::behind(&proxy).await;
    for _ in 0..4 {
        api.create_session().await;
    }
    api.server.catch_up().await.unwrap();
    proxy.inject("Query", &Fault::Rewritten(without_the_second), 1);
    let page = api.get("/events").await.ok();
    assert_eq!(page["events"].as_array().unwrap().len(), 1);
    assert_eq!(read(&api, page["next_cursor"].as_str().unwrap(), 20).await.len(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fault_while_publishing_loses_and_doubles_nothing() {
    let faults = [Fault::Lost, Fault::AnswerLost, Fault::ServerError, Fault::Throttled, Fault::Conflict];
    let cases = faults.iter().flat_map(|fault| [(fault, 1), (fault, 20)]);
    join_all(cases.map(|(fault, times)| async move {
        let proxy = Proxy::start().await;
        let api = Api::behind(&proxy).await;
        let (session, order) = sell(&api).await;
        let batch = hints([session].iter(), [order].iter());
        proxy.inject("TransactWriteItems", fault, times);
        let failed = publish(&api.server.app, &batch).await;
        // What an attempt whose answer was lost has done, the next one finds done.
        let heals = times == 1 || matches!(fault, Fault::AnswerLost);
        assert_eq!(failed.is_empty(), heals, "{fault:?} {times}");
        proxy.heal();
        assert_eq!(publish(&api.server.app, &batch).await, Vec::<String>::new());
        let feed = read(&api, "", 100).await;
        assert_eq!(feed.len(), 6, "{fault:?} {times}");
        check(&api, &feed).await;
    }))
    .await;
}

#[tokio::test]
async fn a_story_that_cannot_be_read_holds_up_no_other() {
    let proxy = Proxy::start().await;
    let api = Api::behind(&proxy).await;
    let (before, poison, after) =
        (api.create_session().await, api.create_session().await, api.create_session().await);
    // Its metadata was text; as a number the item cannot be read.
    proxy.damage("SessionsTable", &json!({"id": {"S": poison}}), "metadata").await;
    let batch = hints([before, poison, after].iter(), [].iter());
    assert_eq!(publish(&api.server.app, &batch).await, ["1"]);
    assert_eq!(read(&api, "", 20).await.len(), 2);
}

#[tokio::test]
async fn what_expires_is_told_without_anybody_asking() {
    let api = Api::start().await;
    let (alone, (linked, _)) = (api.create_session().await, api.create_linked().await);
    let order = api.create_order(None).await.ok()["id"].clone();
    let (paid, _) = sell(&api).await;
    api.advance_clock(1200.0).await;
    api.server.catch_up().await.unwrap();
    let types = |feed: &[Value], wanted: &str| feed.iter().filter(|it| it["type"] == wanted).count();
    let feed = read(&api, "", 100).await;
    assert_eq!((types(&feed, "checkout.session.expired"), types(&feed, "order.expired")), (0, 1));
    // Long after, as after an outage; and twice.
    api.advance_clock(86_400.0).await;
    for _ in 0..2 {
        api.server.catch_up().await.unwrap();
        let feed = read(&api, "", 100).await;
        assert_eq!((types(&feed, "checkout.session.expired"), types(&feed, "order.expired")), (2, 1));
        let expired = feed.iter().filter(|event| event["data"]["object"]["status"] == "expired");
        let ids: Vec<_> = expired.map(|event| event["data"]["object"]["id"].clone()).collect();
        assert_eq!(ids[0], order);
        assert!(ids.contains(&json!(alone)) && ids.contains(&json!(linked)) && !ids.contains(&json!(paid)));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sweep_costs_what_expires_and_not_what_is_open() {
    let proxy = Proxy::start().await;
    let api = Api::behind(&proxy).await;
    join_all((0..20).map(|_| api.create_session())).await;
    let due = api.post("/checkout-sessions", &json!({"expires_in": 300})).await.ok()["id"].clone();
    sell(&api).await;
    api.advance_clock(300.0).await;
    let sweep = || sweep_expired::handle(&api.server.app);
    proxy.take_operations();
    futures_util::try_join!(sweep(), sweep()).unwrap();
    let seen = api.session(due.as_str().unwrap()).await;
    assert_eq!((&seen["status"], &seen["expired_reason"]), (&json!("expired"), &json!("ttl")));
    proxy.take_operations();
    sweep().await.unwrap();
    assert_eq!(proxy.take_operations(), ["Query"; 8]);
}

#[tokio::test]
async fn an_expiry_that_cannot_be_written_down_is_reported_and_holds_up_no_other() {
    let proxy = Proxy::start().await;
    let api = Api::behind(&proxy).await;
    let (poison, good) = (api.create_session().await, api.create_session().await);
    proxy.damage("SessionsTable", &json!({"id": {"S": poison}}), "metadata").await;
    api.advance_clock(1800.0).await;
    assert!(sweep_expired::handle(&api.server.app).await.is_err());
    proxy.take_operations();
    assert_eq!(api.session(&good).await["status"], "expired");
    assert_eq!(proxy.take_operations(), ["GetItem"]);
}

#[tokio::test]
async fn each_merchant_has_a_feed_of_their_own() {
    let mut api = Api::with_keys().await;
    let mut sold = Vec::new();
    for owner in ["ours", "theirs"] {
        let key = api.make_key(owner, Scope::Write, None).await;
        api.use_key(Some(&key));
        sold.push((key, api.create_session().await));
    }
    api.server.catch_up().await.unwrap();
    for (key, session) in &sold {
        api.use_key(Some(key));
        let feed = read(&api, "", 20).await;
        assert_eq!((feed.len(), &feed[0]["checkout_session_id"]), (1, &json!(session)));
        assert_eq!(
            api.get(&format!("/checkout-sessions/{session}?include=events")).await.ok()["events"][0]["id"],
            feed[0]["id"]
        );
    }
    api.use_key(None);
    api.get("/events").await.refused(401, "unauthorized");
    api.get(&format!("/checkout-sessions/{}?include=events", sold[0].1)).await.refused(401, "unauthorized");
}

#[tokio::test]
async fn the_server_that_people_run_publishes_by_itself() {
    let options = Options { background: true, ..Options::default() };
    let api = Api::of(Server::start(options).await.unwrap());
    api.create_session().await;
    let published = async {
        while read(&api, "", 20).await.is_empty() {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), published).await.unwrap();
}
