//! Publishing: giving each event its place in its owner's feed, once.
//!
//! Whoever publishes is told only *that* something changed, and works out by itself what is not in the
//! feed yet. So it does not matter whether it is told once, twice, late or out of order. One transaction
//! moves the feed's end, the subject's count of published events, and the events themselves: two that
//! publish at once cannot both succeed, and no event enters the feed behind one that is already there.

use std::collections::{HashMap, HashSet};

use aws_sdk_dynamodb::types::TransactWriteItem;
use futures_util::{StreamExt as _, TryStreamExt as _, stream};

use super::{
    Item, RACES, Store, keys, number, outraced, store_error, string,
    transact::{ConditionalUpdate, Outcome, put_new},
};
use crate::{
    Error,
    model::{Cursor, Event, Owner, Story, Subject, Timestamp},
};

/// How many stories are read at the same time: each one takes a connection.
const READ_AT_ONCE: usize = 8;

/// How many writes one transaction may have is 100, and how long it may be 4 MB; an event has at most
/// about 100 KB.
const EVENTS_AT_ONCE: usize = 30;

/// What of a subject's story is not in the feed yet.
struct Pending {
    subject: Subject,
    published: u64,
    events: Vec<Event>,
}

impl Store {
    /// Puts into the feed what is not there yet of these subjects' stories; `render` makes an event's text
    /// for the place that it gets. Subjects that do not exist are passed over.
    ///
    /// # Errors
    /// [`Error::Unavailable`], [`Error::Internal`]; what was published until then stays.
    pub async fn publish(
        &self,
        subjects: &[Subject],
        now: Timestamp,
        render: impl Fn(&Event, Cursor) -> Result<String, Error>,
    ) -> Result<(), Error> {
        for _ in 0..RACES {
            let mut left = false;
            for (owner, pending) in self.pending(subjects, now).await? {
                left |= !self.publish_some(&owner, pending, now, &render).await?;
            }
            if !left {
                return Ok(());
            }
        }
        Err(outraced("a feed"))
    }

    /// By owner, what there is to publish.
    async fn pending(
        &self,
        subjects: &[Subject],
        now: Timestamp,
    ) -> Result<HashMap<Owner, Vec<Pending>>, Error> {
        let read = |subject| async move {
            let Some(Story { subject, owner, mut events }) = self.story(subject, now).await? else {
                return Ok(None);
            };
            let published = self.count(keys::publication(subject)).await?;
            events.retain(|event| event.id.sequence > published);
            Ok::<_, Error>(Some((owner, Pending { subject, published, events })))
        };
        let found = stream::iter(subjects.to_vec()).map(read).buffered(READ_AT_ONCE);
        let found: Vec<_> = found.try_collect().await?;
        let (mut seen, mut by_owner) = (HashSet::new(), HashMap::<_, Vec<_>>::new());
        for (owner, pending) in found.into_iter().flatten().filter(|(_, it)| !it.events.is_empty()) {
            // A session and its order are one subject.
            if seen.insert(pending.subject) {
                by_owner.entry(owner).or_default().push(pending);
            }
        }
        Ok(by_owner)
    }

    /// Publishes as much as one transaction takes. `false` where something is left, or another publisher
    /// came in between.
    async fn publish_some(
        &self,
        owner: &Owner,
        pending: Vec<Pending>,
        now: Timestamp,
        render: impl Fn(&Event, Cursor) -> Result<String, Error>,
    ) -> Result<bool, Error> {
        let end = self.feed_end(owner).await?;
        let (mut cursor, mut room, mut complete) = (Cursor(end), EVENTS_AT_ONCE, true);
        let mut writes = Vec::new();
        for Pending { subject, published, events } in pending {
            let taken = events.len().min(room);
            complete &= taken == events.len();
            room -= taken;
            if taken == 0 {
                continue;
            }
            writes.push(self.move_count(keys::publication(subject), published, published + taken as u64)?);
            for event in events.iter().take(taken) {
                cursor = Cursor(cursor.0 + 1);
                writes.push(self.put_entry(owner, cursor, render(event, cursor)?, event, now)?);
            }
        }
        writes.push(self.move_count(keys::feed_end(owner), end, cursor.0)?);
        let written = matches!(self.transact(writes).await?, Outcome::Written);
        Ok(written && complete)
    }

    /// How long an owner's feed is. One round trip.
    pub(super) async fn feed_end(&self, owner: &Owner) -> Result<u64, Error> {
        self.count(keys::feed_end(owner)).await
    }

    async fn count(&self, key: Item) -> Result<u64, Error> {
        let read = self.client.get_item().table_name(&self.tables.events).set_key(Some(key));
        let item = read.consistent_read(true).send().await.map_err(store_error)?.item;
        let Some(item) = item else { return Ok(0) };
        let count = item.get("count").and_then(|count| count.as_n().ok()?.parse().ok());
        count
            .ok_or_else(|| Error::Internal(format!("the item {} has no count", keys::describe(&item)).into()))
    }

    /// Protects a count from everybody who has read it too.
    fn move_count(&self, key: Item, from: u64, to: u64) -> Result<TransactWriteItem, Error> {
        let (condition, from) = match from {
            0 => ("attribute_not_exists(pk)", None),
            _ => ("#count = :from", Some((":from", number(from)))),
        };
        let values = from.into_iter().chain([(":to", number(to))]).collect();
        ConditionalUpdate { table: &self.tables.events, key, update: "SET #count = :to", condition, values }
            .into_write()
    }

    fn put_entry(
        &self,
        owner: &Owner,
        cursor: Cursor,
        text: String,
        event: &Event,
        now: Timestamp,
    ) -> Result<TransactWriteItem, Error> {
        let mut item = keys::feed_entry(owner, cursor);
        item.insert("event".to_owned(), string(text));
        item.insert("event_id".to_owned(), string(event.id.to_string()));
        item.insert("published_at".to_owned(), number(now.millis()));
        put_new(&self.tables.events, "pk", item)
    }
}
