//! Publishing: giving each event its position in its owner's feed, once.
//!
//! A notification says only *that* something changed; the publisher computes which events the feed lacks. So it does
//! not matter if notifications are repeated, late or out of order. One transaction moves the feed's end and the
//! subject's count of published events, and writes the events. So of two concurrent publishers only one succeeds, and
//! no event enters the feed behind a published one.

use std::collections::{BTreeSet, HashMap, HashSet};

use aws_sdk_dynamodb::types::TransactWriteItem;
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use serde_json::value::RawValue;

use crate::{
    dynamo::{
        Item, MAX_CONFLICT_RETRIES, StoreError, contended, describe, keys, number, store_error, string,
        transact::{ConditionalUpdate, Outcome, put_new},
    },
    feed::{Event, FeedStore, Story},
    kernel::{Cursor, Owner, Subject, Timestamp},
};

/// The number of stories read at the same time; each takes a connection.
const READ_AT_ONCE: usize = 8;

/// The most events for one transaction. DynamoDB allows 100 writes and 4 MB; an event has at most about 100 KB.
const EVENTS_AT_ONCE: usize = 30;

/// The number of events derived at a time from a story, which may have thousands. They take little memory, as they
/// share their long parts; and few stories have to be read again for the rest.
const EVENTS_PER_READ: usize = 10 * EVENTS_AT_ONCE;

/// A subject's next events for the feed.
struct Pending {
    subject: Subject,
    published: u64,
    events: Vec<Event>,
    /// True if the story has more events after these.
    more: bool,
}

/// The progress of publishing an owner's pending events.
#[derive(Default)]
struct Progress {
    /// The subjects to read again: their stories have more events, or another publisher intervened.
    left: BTreeSet<Subject>,
    /// True if another publisher intervened.
    outrun: bool,
    /// The number of events published.
    events: u64,
}

/// The outcome of publishing in one transaction.
enum PartOutcome {
    /// The feed's new end.
    Published(Cursor),
    /// Another publisher intervened.
    Outrun,
}

impl FeedStore {
    /// Publishes the events of these subjects that their feeds lack. `render` renders an event for the position that it
    /// gets. Subjects that do not exist are skipped. Returns the number of events published.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`], [`StoreError::Internal`]; events published before that stay.
    pub async fn publish(
        &self,
        subjects: &[Subject],
        now: Timestamp,
        render: impl Fn(&Event, Cursor) -> Result<Box<RawValue>, StoreError>,
    ) -> Result<u64, StoreError> {
        let (mut events, mut races) = (0, 0);
        let mut left = BTreeSet::from_iter(subjects.iter().copied());
        while !left.is_empty() {
            let pending = self.pending(std::mem::take(&mut left), now).await?;
            let mut outrun = false;
            for (owner, pending) in pending {
                let progress = self.publish_pending(&owner, pending, now, &render).await?;
                left.extend(progress.left);
                outrun |= progress.outrun;
                events += progress.events;
            }
            races = if outrun { races + 1 } else { 0 };
            if races == MAX_CONFLICT_RETRIES {
                return Err(contended("a feed"));
            }
        }
        Ok(events)
    }

    /// The unpublished events, by owner.
    async fn pending(
        &self,
        subjects: BTreeSet<Subject>,
        now: Timestamp,
    ) -> Result<HashMap<Owner, Vec<Pending>>, StoreError> {
        let found = stream::iter(subjects).map(|subject| self.pending_of(subject, now));
        let found: Vec<_> = found.buffered(READ_AT_ONCE).try_collect().await?;
        let (mut seen, mut by_owner) = (HashSet::new(), HashMap::<_, Vec<_>>::new());
        for (owner, subject, pending) in found.into_iter().flatten() {
            // A session and its order are one subject.
            if !pending.is_empty() && seen.insert(subject) {
                by_owner.entry(owner).or_default().extend(pending);
            }
        }
        Ok(by_owner)
    }

    async fn pending_of(
        &self,
        subject: Subject,
        now: Timestamp,
    ) -> Result<Option<(Owner, Subject, Vec<Pending>)>, StoreError> {
        let Some(chronicle) = self.checkout.chronicle(subject, now).await? else { return Ok(None) };
        let story = Story::of(&chronicle);
        let subject = story.subject;
        let mut published = self.count(keys::publication(subject)).await?;
        let events = story.events_after(published);
        let more = events.len() > EVENTS_PER_READ;
        let (mut events, mut pending) = (events.take(EVENTS_PER_READ), Vec::new());
        while events.len() > 0 {
            let events: Vec<_> = events.by_ref().take(EVENTS_AT_ONCE).collect();
            check_numbers(subject, published, &events)?;
            let count = events.len() as u64;
            pending.push(Pending { subject, published, events, more });
            published += count;
        }
        Ok(Some((story.owner.clone(), subject, pending)))
    }

    /// Publishes an owner's events, transaction by transaction.
    async fn publish_pending(
        &self,
        owner: &Owner,
        pending: Vec<Pending>,
        now: Timestamp,
        render: impl Fn(&Event, Cursor) -> Result<Box<RawValue>, StoreError>,
    ) -> Result<Progress, StoreError> {
        let start = self.feed_end(owner).await?;
        let (mut end, mut progress) = (Cursor(start), Progress::default());
        for part in parts(pending) {
            // Another publisher's events make the counts read before invalid.
            if !progress.outrun {
                match self.publish_part(owner, end, &part, now, &render).await? {
                    PartOutcome::Published(moved) => end = moved,
                    PartOutcome::Outrun => progress.outrun = true,
                }
            }
            let unfinished = part.iter().filter(|it| it.more || progress.outrun);
            progress.left.extend(unfinished.map(|it| it.subject));
        }
        progress.events = end.0 - start;
        Ok(progress)
    }

    /// Publishes in one transaction, from the feed's `end` on.
    async fn publish_part(
        &self,
        owner: &Owner,
        end: Cursor,
        part: &[Pending],
        now: Timestamp,
        render: impl Fn(&Event, Cursor) -> Result<Box<RawValue>, StoreError>,
    ) -> Result<PartOutcome, StoreError> {
        let (mut writes, mut cursor) = (Vec::new(), end);
        for Pending { subject, published, events, .. } in part {
            let count = published + events.len() as u64;
            writes.push(self.move_count(keys::publication(*subject), *published, count)?);
            for event in events {
                cursor = Cursor(cursor.0 + 1);
                writes.push(self.put_entry(owner, cursor, &render(event, cursor)?, event, now)?);
            }
        }
        writes.push(self.move_count(keys::feed_end(owner), end.0, cursor.0)?);
        match self.database.transact(writes).await? {
            Outcome::Written => Ok(PartOutcome::Published(cursor)),
            Outcome::Refused(_) => Ok(PartOutcome::Outrun),
        }
    }

    /// The number of events in an owner's feed. One round trip.
    pub(crate) async fn feed_end(&self, owner: &Owner) -> Result<u64, StoreError> {
        self.count(keys::feed_end(owner)).await
    }

    async fn count(&self, key: Item) -> Result<u64, StoreError> {
        let read =
            self.database.client.get_item().table_name(&self.database.tables.events).set_key(Some(key));
        let item = read.consistent_read(true).send().await.map_err(store_error)?.item;
        let Some(item) = item else { return Ok(0) };
        let count = item.get("count").and_then(|count| count.as_n().ok()?.parse().ok());
        count.ok_or_else(|| StoreError::Internal(format!("the item {} has no count", describe(&item)).into()))
    }

    /// Moves a count, unless another writer has moved it since it was read.
    fn move_count(&self, key: Item, from: u64, to: u64) -> Result<TransactWriteItem, StoreError> {
        let (condition, from) = match from {
            0 => ("attribute_not_exists(pk)", None),
            _ => ("#count = :from", Some((":from", number(from)))),
        };
        let values = from.into_iter().chain([(":to", number(to))]).collect();
        ConditionalUpdate {
            table: &self.database.tables.events,
            key,
            update: "SET #count = :to",
            condition,
            values,
        }
        .into_write()
    }

    fn put_entry(
        &self,
        owner: &Owner,
        cursor: Cursor,
        text: &RawValue,
        event: &Event,
        now: Timestamp,
    ) -> Result<TransactWriteItem, StoreError> {
        let mut item = keys::feed_entry(owner, cursor);
        item.insert("event".to_owned(), string(text.get()));
        item.insert("event_id".to_owned(), string(event.id.to_string()));
        item.insert("published_at".to_owned(), number(now.millis()));
        put_new(&self.database.tables.events, "pk", item)
    }
}

/// Checks that the events continue where publishing stopped. A feed has no gaps and no repeated events, so a damaged
/// story needs an operator.
fn check_numbers(subject: Subject, published: u64, events: &[Event]) -> Result<(), StoreError> {
    let mut numbered = events.iter().map(|event| event.id.sequence).zip(published + 1..);
    match numbered.find(|(sequence, expected)| sequence != expected) {
        None => Ok(()),
        Some((sequence, expected)) => {
            let wrong = format!("the story of {subject} has event {sequence} where {expected} is expected");
            Err(StoreError::Internal(wrong.into()))
        }
    }
}

/// Groups subjects so that each group's events fit into one transaction.
fn parts(pending: Vec<Pending>) -> Vec<Vec<Pending>> {
    let (mut parts, mut space) = (Vec::<Vec<Pending>>::new(), 0);
    for next in pending {
        let needed = next.events.len();
        match parts.last_mut().filter(|_| needed <= space) {
            Some(part) => part.push(next),
            None => {
                parts.push(vec![next]);
                space = EVENTS_AT_ONCE;
            }
        }
        space -= needed;
    }
    parts
}
