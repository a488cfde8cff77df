//! Events: a session's own, and a merchant's feed.

use std::{collections::BTreeSet, time::Duration};

use serde_json::{Value, json};

use super::chapter;
use crate::smoke::{
    Check,
    answer::Answer,
    failure::{Outcome, skip},
    shop::{SESSIONS, Shop},
    wait_for,
};

pub(super) fn checks() -> Vec<Check> {
    chapter!("events",
        "a session's events are each there once, numbered without a gap" => story,
        "an event shows its object as it stood" => objects,
        "the feed has each event once, in its place" => feed,
        "the feed refuses what it does not know" => queries,
    )
}

/// The events of a session that is given an order and expired.
const TYPES: [&str; 3] = ["checkout.session.created", "order.created", "checkout.session.expired"];

/// A session that has been through that, and its order; their ids.
async fn expired_with_order(shop: &Shop) -> Outcome<(String, String)> {
    let (session, _) = shop.create(json!({"metadata": {"n": 1.0}})).await?;
    let order = shop.create_order(Some(&session)).await?;
    order.ok()?;
    shop.expire(&session).await?.ok()?;
    Ok((session, order.string("/data/id")?))
}

async fn read_story(shop: &Shop, session: &str) -> Outcome<Answer> {
    let answer = shop.get(format!("{SESSIONS}/{session}?include=events")).await?;
    answer.ok()?;
    Ok(answer)
}

/// Goes on if these are all events of the session, each once and in its place.
fn is_whole(answer: &Answer, events: &[&Value], session: &str) -> Outcome {
    let shown: Vec<_> = events.iter().map(|event| json!([event["sequence"], event["type"]])).collect();
    let wanted: Vec<_> = (1..).zip(TYPES).map(|(sequence, name)| json!([sequence, name])).collect();
    let expected = format!("of the session {session} the events {}, not {}", json!(wanted), json!(shown));
    answer.expect(shown == wanted, expected)?;
    let mut ids: Vec<_> = events.iter().filter_map(|event| event["id"].as_str()).collect();
    ids.sort_unstable();
    ids.dedup();
    answer.expect(ids.len() == events.len(), "events with ids of their own")?;
    let theirs = events.iter().all(|event| event["checkout_session_id"] == session);
    answer.expect(theirs, format!("events with the checkout_session_id {session}"))
}

async fn story(shop: &Shop) -> Outcome {
    let (session, _) = expired_with_order(shop).await?;
    let answer = read_story(shop, &session).await?;
    let events = answer.list("/data/events")?;
    is_whole(&answer, &events.iter().collect::<Vec<_>>(), &session)?;
    // A second look shows the same ones under the same ids.
    read_story(shop, &session).await?.same("/data/events", answer.at("/data/events").clone())
}

async fn objects(shop: &Shop) -> Outcome {
    let (session, order) = expired_with_order(shop).await?;
    let answer = read_story(shop, &session).await?;
    answer.same("/data/events/0/data/object/id", session.clone())?;
    answer.same("/data/events/0/data/object/status", "open")?;
    answer.same("/data/events/0/data/object/order_id", Value::Null)?;
    answer.same("/data/events/1/data/object/id", order.clone())?;
    answer.same("/data/events/1/data/object/status", "scanning_deposit_transaction")?;
    let now = shop.read_session(&session).await?;
    answer.same("/data/events/2/data/object", now.at("/data").clone())
}

/// The most pages of a feed that are read to reach its end.
const MOST_PAGES: usize = 200;

/// The end of the feed, where it can be reached.
async fn end_of_feed(shop: &Shop) -> Outcome<String> {
    let mut after = String::new();
    for _ in 0..MOST_PAGES {
        let page = read_page(shop, &after, 100).await?;
        after = page.string("/data/next_cursor")?;
        if page.at("/data/has_more") == false {
            return Ok(after);
        }
    }
    skip(format!(
        "this merchant has more than {} events; use the API key of a merchant for these checks alone \
         (admin keys create --owner smoke --scope write)",
        MOST_PAGES * 100
    ))
}

async fn read_page(shop: &Shop, after: &str, limit: usize) -> Outcome<Answer> {
    let page = shop.get(format!("/events?limit={limit}&after={after}")).await?;
    shop.skip_if_keys_off(&page)?;
    page.says("Events retrieved")?;
    page.fields(&["data"], &["events", "has_more", "next_cursor"])?;
    let events = page.list("/data/events")?;
    page.expect(events.len() <= limit, format!("{limit} events at most"))?;
    let last = events.last().map_or(json!(after), |event| event["cursor"].clone());
    if !events.is_empty() {
        page.same("/data/next_cursor", last)?;
    }
    Ok(page)
}

/// All that a feed has after a cursor, in pages of this length; the last page.
async fn read_feed(shop: &Shop, after: &str, limit: usize) -> Outcome<(Vec<Value>, Answer)> {
    let (mut events, mut after) = (Vec::new(), after.to_owned());
    loop {
        let page = read_page(shop, &after, limit).await?;
        events.extend(page.list("/data/events")?.iter().cloned());
        after = page.string("/data/next_cursor")?;
        if page.at("/data/has_more") == false {
            return Ok((events, page));
        }
    }
}

async fn feed(shop: &Shop) -> Outcome {
    let start = end_of_feed(shop).await?;
    let (session, _) = expired_with_order(shop).await?;
    let look = async |limit: usize| {
        let (events, page) = read_feed(shop, &start, limit).await?;
        let ours: Vec<_> = events.iter().filter(|event| event["checkout_session_id"] == *session).collect();
        is_whole(&page, &ours, &session)?;
        let cursors: BTreeSet<_> = events.iter().map(|event| event["cursor"].to_string()).collect();
        page.expect(cursors.len() == events.len(), "events with cursors of their own")?;
        Ok((ours.into_iter().cloned().collect::<Vec<_>>(), page))
    };
    let (first, page) = wait_for(shop.settings.patience, async || look(100).await).await?;
    // A doubled event may come a moment later.
    tokio::time::sleep(Duration::from_secs(2)).await;
    let (second, _) = look(2).await?;
    page.expect(first == second, format!("the same events in every look: {}", json!(second)))?;
    let story = read_story(shop, &session).await?;
    let told: Vec<_> = first.into_iter().map(without_cursor).collect();
    story.expect(story.at("/data/events") == &json!(told), format!("the feed's events: {}", json!(told)))
}

fn without_cursor(mut event: Value) -> Value {
    event.as_object_mut().map(|members| members.remove("cursor"));
    event
}

async fn queries(shop: &Shop) -> Outcome {
    read_page(shop, "", 1).await?;
    for (name, value) in [("after", "nope"), ("limit", "0"), ("limit", "101"), ("limit", "ten")] {
        shop.get(format!("/events?{name}={value}")).await?.refused_field(name)?;
    }
    Ok(())
}
