//! The check that every story is complete, and agrees with its events and their deliveries.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use anyhow::{Context as _, Result, ensure};
use delivery::Notification;
use serde_json::{Value, json};
use tests::receiver::Receiver;

use super::shop::{Plot, Shop, Story, check_paid, ending, text};

/// An endpoint, and the expected fate of its deliveries.
pub(crate) struct Endpoint {
    pub(crate) id: String,
    pub(crate) receiver: Arc<Receiver>,
    pub(crate) fate: Fate,
}

/// The fate of all deliveries to an endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fate {
    Delivers,
    GivesUp,
}

/// Checks everything that a merchant can see.
///
/// # Errors
/// The first difference.
pub(crate) async fn check(
    shop: &Shop,
    stories: &[Story],
    endpoints: &[Endpoint],
    given_up: &[Notification],
    figures: &mut Vec<(&'static str, u64)>,
) -> Result<()> {
    let feed = feed(shop).await?;
    let mut by_subject: BTreeMap<String, Vec<&Value>> = BTreeMap::new();
    // Gaps would show in the stories' sequences.
    let cursors: BTreeSet<_> = feed.iter().map(|event| event["cursor"].to_string()).collect();
    ensure!(cursors.len() == feed.len(), "two events have the same cursor");
    for event in &feed {
        let subject =
            event["checkout_session_id"].as_str().or_else(|| event["data"]["object"]["id"].as_str());
        by_subject.entry(subject.context("whose event?")?.to_owned()).or_default().push(event);
    }
    for story in stories {
        let events = by_subject.remove(&story.subject).with_context(|| format!("{story:?} has no events"))?;
        check_story(shop, story, &events).await.with_context(|| format!("{story:?}"))?;
    }
    ensure!(by_subject.is_empty(), "the feed has events of subjects that are not this merchant's");
    count(figures, "events", feed.len());
    for endpoint in endpoints {
        check_endpoint(shop, endpoint, &feed, given_up, figures)
            .await
            .with_context(|| endpoint.id.clone())?;
    }
    Ok(())
}

async fn feed(shop: &Shop) -> Result<Vec<Value>> {
    let (mut events, mut after) = (Vec::new(), String::new());
    loop {
        let page = shop.get(&format!("/events?limit=100&after={after}")).await?;
        events.extend(page["events"].as_array().context("no events")?.iter().cloned());
        after = text(&page["next_cursor"])?;
        if page["has_more"] == false {
            return Ok(events);
        }
    }
}

async fn check_story(shop: &Shop, story: &Story, published: &[&Value]) -> Result<()> {
    let (status, counts, late) = ending(story.plot);
    for (place, event) in published.iter().enumerate() {
        ensure!(event["sequence"] == place + 1, "event {} is at position {}", event["sequence"], place + 1);
    }
    let is = if story.plot == Plot::Alone {
        shop.get(&format!("/orders/{}", story.subject)).await?["order"]["status"].clone()
    } else {
        let session = shop.get(&format!("/checkout-sessions/{}?include=events", story.subject)).await?;
        ensure!(session["order_id"] == json!(story.order), "another order: {}", session["order_id"]);
        let told = session["events"].as_array().context("no events")?;
        ensure!(
            told.len() == published.len(),
            "the session has {} events, and {} are published",
            told.len(),
            published.len()
        );
        for (told, published) in told.iter().zip(published) {
            let mut published = (*published).clone();
            published.as_object_mut().and_then(|event| event.remove("cursor")).context("no cursor")?;
            ensure!(*told == published, "a session's event differs from the published one");
        }
        check_paid(&session)?;
        session["status"].clone()
    };
    ensure!(is == status, "its status is {is}, not {status}");
    let of_type = |name: &str| published.iter().filter(|event| event["type"] == name).count();
    let (paid, too_late) = (of_type("order.payment_received"), of_type("order.late_payment"));
    ensure!(paid + too_late == counts + late, "{paid} payments and {too_late} late ones");
    ensure!(story.plot != Plot::Late || too_late == 1, "the late payment is not late");
    let ends = ["checkout.session.completed", "checkout.session.expired"].map(of_type);
    let ended = ends.iter().sum::<usize>();
    ensure!(ended == usize::from(story.plot != Plot::Alone), "it has {ended} final events");
    ensure!((ends[0] == 1) == (status == "complete"), "its final event does not match its status");
    Ok(())
}

/// Checks that each event has one delivery, and that each message belongs to one, repeated no more than allowed.
async fn check_endpoint(
    shop: &Shop,
    endpoint: &Endpoint,
    feed: &[Value],
    given_up: &[Notification],
    figures: &mut Vec<(&'static str, u64)>,
) -> Result<()> {
    let deliveries = deliveries(shop, &endpoint.id).await?;
    let delivered: BTreeSet<_> = deliveries.iter().map(|it| it["event_id"].to_string()).collect();
    ensure!(delivered.len() == deliveries.len(), "an event has two deliveries");
    let attempts = deliveries.iter().filter_map(|it| it["attempts"].as_array()).map(Vec::len).sum();
    count(figures, "attempts", attempts);
    if endpoint.fate == Fate::GivesUp {
        let wanted = feed.iter().filter(|event| event["type"] == "checkout.session.completed");
        ensure!(wanted.count() == deliveries.len(), "not every event has a delivery");
        ensure!(
            deliveries.iter().all(|it| it["status"] == "failed"),
            "a delivery to the vanished endpoint has not failed"
        );
        let ids: BTreeSet<_> = deliveries.iter().filter_map(|it| it["id"].as_str()).collect();
        let dead: BTreeSet<_> = given_up
            .iter()
            .filter_map(|notification| notification.delivery.as_ref())
            .map(|id| id.as_str())
            .collect();
        ensure!(ids == dead, "{} failed, and {} are in the dead-letter queue", ids.len(), dead.len());
        count(figures, "deliveries given up", ids.len());
        return Ok(());
    }
    ensure!(deliveries.iter().all(|it| it["status"] == "delivered"), "a delivery is not delivered");
    let accepted = endpoint.receiver.accepted();
    let mut told = BTreeMap::new();
    for message in &accepted {
        told.insert(message.header("webhook-id").to_owned(), message.body());
    }
    ensure!(told.len() == feed.len(), "{} events of {} arrived", told.len(), feed.len());
    for event in feed {
        ensure!(
            told.get(&text(&event["id"])?) == Some(event),
            "the message for {} differs from the event",
            event["id"]
        );
    }
    count(figures, "deliveries", deliveries.len());
    count(figures, "messages accepted twice", accepted.len() - told.len());
    Ok(())
}

async fn deliveries(shop: &Shop, endpoint: &str) -> Result<Vec<Value>> {
    let (mut found, mut cursor) = (Vec::new(), String::new());
    loop {
        let path = format!("/webhook-endpoints/{endpoint}/deliveries?limit=100&cursor={cursor}");
        let page = shop.get(&path).await?;
        found.extend(page["deliveries"].as_array().context("no deliveries")?.iter().cloned());
        if page["has_more"] == false {
            return Ok(found);
        }
        cursor = text(&page["next_cursor"])?;
    }
}

fn count(figures: &mut Vec<(&'static str, u64)>, name: &'static str, more: usize) {
    match figures.iter_mut().find(|(it, _)| *it == name) {
        Some((_, sum)) => *sum += more as u64,
        None => figures.push((name, more as u64)),
    }
}
