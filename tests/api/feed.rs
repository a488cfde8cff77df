//! The feed: every event of a merchant, once, in an order that never changes behind a reader.

mod lanes;
pub(crate) mod publishing;
mod retries;
mod sweeping;

use std::collections::HashMap;

use serde_json::{Value, json};
use shared::keys::Scope;
use tests::{
    client::{Api, executed, order},
    proxy::{Fault, Proxy},
    scenario::Scenario,
};

pub(crate) use retries::Broken;

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

/// Checks that each session's part of a feed is its story: in sequence, without gaps or duplicates.
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

#[tokio::test]
async fn what_happens_reaches_the_feed_in_order_and_pages_fit_together() {
    let api = Scenario::new().start().await;
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
    // Nothing new: the same cursor, for the next request.
    let last = feed[17]["cursor"].as_str().unwrap();
    let page = api.get(&format!("/events?after={last}")).await.ok();
    assert_eq!(page, json!({"events": [], "has_more": false, "next_cursor": last}));
    api.create_session().await;
    api.server.catch_up().await.unwrap();
    assert_eq!(read(&api, last, 20).await[0]["type"], "checkout.session.created");
}

#[tokio::test]
async fn a_cursor_that_is_none_is_refused() {
    let api = Scenario::new().start().await;
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

/// As if the second segment were not visible yet.
fn without_the_second(answer: &mut Value) {
    answer["Items"].as_array_mut().unwrap().remove(1);
    answer["Count"] = 3.into();
}

#[tokio::test]
async fn what_comes_after_a_gap_waits_until_the_gap_is_closed() {
    let proxy = Proxy::start().await;
    let api = Scenario::new().behind(&proxy).start().await;
    // Each in a segment of its own.
    for _ in 0..4 {
        api.create_session().await;
        api.server.catch_up().await.unwrap();
    }
    proxy.inject("Query", &Fault::Rewritten(without_the_second), 1);
    let page = api.get("/events").await.ok();
    assert_eq!(page["events"].as_array().unwrap().len(), 1);
    assert_eq!(read(&api, page["next_cursor"].as_str().unwrap(), 20).await.len(), 3);
}

#[tokio::test]
async fn each_merchant_has_a_feed_of_their_own() {
    let mut api = Scenario::new().with_keys().start().await;
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

/// As DynamoDB does when the entries reach a megabyte.
fn cut_after_the_second(answer: &mut Value) {
    let last = answer["Items"][1].clone();
    answer["Items"].as_array_mut().unwrap().truncate(2);
    answer["Count"] = 2.into();
    answer["LastEvaluatedKey"] = json!({"pk": last["pk"], "sk": last["sk"]});
}

#[tokio::test]
async fn a_page_that_the_database_cuts_short_says_that_there_is_more() {
    let proxy = Proxy::start().await;
    let api = Scenario::new().behind(&proxy).start().await;
    // Each in a segment of its own.
    for _ in 0..4 {
        api.create_session().await;
        api.server.catch_up().await.unwrap();
    }
    proxy.inject("Query", &Fault::Rewritten(cut_after_the_second), 1);
    let page = api.get("/events").await.ok();
    assert_eq!((page["events"].as_array().unwrap().len(), &page["has_more"]), (2, &json!(true)));
    proxy.inject("Query", &Fault::Rewritten(cut_after_the_second), 1);
    assert_eq!(read(&api, "", 20).await.len(), 4);
}

#[tokio::test]
async fn long_events_are_all_read_however_few_fit_a_page() {
    let api = Scenario::new().start().await;
    for _ in 0..60 {
        let mut body = order(None);
        body["metadata"] = json!({"notes": "x".repeat(60_000)});
        api.post("/orders", &body).await.ok();
    }
    api.server.catch_up().await.unwrap();
    let page = api.get("/events?limit=100").await.ok();
    assert_eq!((page["events"].as_array().unwrap().len() < 60, &page["has_more"]), (true, &json!(true)));
    assert_eq!(read(&api, "", 100).await.len(), 60);
}
