//! Publishing: giving each event its position in its owner's feed, once.
//!
//! A notification says only *that* something changed; the publisher computes which events the feed lacks. So it does
//! not matter if notifications are repeated, late or out of order. One transaction puts the next segment of a lane, whose
//! number must be new, and moves the subjects' counts of published events, which must be as read. So of two concurrent
//! publishers only one succeeds, and no event enters a lane behind a published one.
//!
//! A subject keeps the lane of its first event. So its events stay in order, however many lanes the feed gets.

use std::collections::HashMap;

use aws_sdk_dynamodb::{primitives::Blob, types::TransactWriteItem};

use crate::{
    dynamo::{
        Item, StoreError, describe, keys, number, store_error,
        transact::{ConditionalUpdate, Outcome, put_new},
    },
    feed::{
        Event, FeedStore, Story,
        segment::{Draft, LaneEnd, Move},
    },
    kernel::{Owner, Subject, Timestamp},
};

/// The number of events derived at a time from a story, which may have thousands. They take little memory, as they
/// share their long parts; and few stories have to be read again for the rest.
const EVENTS_PER_READ: usize = 500;

/// A subject's next events for the feed.
#[derive(Debug)]
pub(crate) struct Pending {
    pub(crate) owner: Owner,
    pub(crate) subject: Subject,
    /// `None` before the first publication.
    pub(crate) lane: Option<usize>,
    pub(crate) published: u64,
    pub(crate) events: Vec<Event>,
    /// True if the story has more events after these.
    pub(crate) more: bool,
}

/// A subject's lane, and the number of its published events.
struct Publication {
    lane: Option<usize>,
    count: u64,
}

/// The ends of an owner's lanes, as far as they are known.
#[derive(Debug, Default)]
pub(crate) struct LaneEnds(HashMap<usize, LaneEnd>);

impl FeedStore {
    /// The unpublished events of a subject, or of its session if it is a linked order; `None` if it does not exist.
    /// Publishing does not trust what it read, so only a repetition has to be `consistent`.
    pub(crate) async fn pending(
        &self,
        subject: Subject,
        consistent: bool,
        now: Timestamp,
    ) -> Result<Option<Pending>, StoreError> {
        let Some(chronicle) = self.checkout.chronicle(subject, now).await? else { return Ok(None) };
        let story = Story::of(&chronicle);
        let (subject, owner) = (story.subject, story.owner.clone());
        let Publication { lane, count: published } = self.publication(subject, consistent).await?;
        let events = story.events_after(published);
        let more = events.len() > EVENTS_PER_READ;
        let events: Vec<_> = events.take(EVENTS_PER_READ).collect();
        check_numbers(subject, published, &events)?;
        Ok(Some(Pending { owner, subject, lane, published, events, more }))
    }

    async fn publication(&self, subject: Subject, consistent: bool) -> Result<Publication, StoreError> {
        let read = self.database.client.get_item().table_name(&self.database.tables.events);
        let read = read.set_key(Some(keys::publication(subject))).consistent_read(consistent);
        let Some(item) = read.send().await.map_err(store_error)?.item else {
            return Ok(Publication { lane: None, count: 0 });
        };
        let number = |name: &str| item.get(name).and_then(|value| value.as_n().ok()?.parse::<u64>().ok());
        let lane = number("lane").and_then(|lane| usize::try_from(lane).ok());
        match (lane, number("count")) {
            (Some(lane), Some(count)) => Ok(Publication { lane: Some(lane), count }),
            _ => Err(StoreError::Internal(format!("the item {} cannot be read", describe(&item)).into())),
        }
    }

    /// The lane of a subject's events.
    pub(crate) async fn lane(
        &self,
        pending: &Pending,
        ends: &mut LaneEnds,
        consistent: bool,
    ) -> Result<usize, StoreError> {
        match pending.lane {
            Some(lane) => Ok(lane),
            None => {
                let lanes = self.known_end(&pending.owner, 0, ends, consistent).await?.lanes;
                Ok(keys::lane_of(pending.subject, lanes))
            }
        }
    }

    async fn known_end(
        &self,
        owner: &Owner,
        lane: usize,
        ends: &mut LaneEnds,
        consistent: bool,
    ) -> Result<LaneEnd, StoreError> {
        if let Some(end) = ends.0.get(&lane) {
            return Ok(*end);
        }
        let end = self.lane_end(owner, lane, consistent).await?;
        ends.0.insert(lane, end);
        Ok(end)
    }

    /// Publishes a segment; false if another publisher intervened.
    pub(crate) async fn publish_segment(
        &self,
        owner: &Owner,
        lane: usize,
        draft: &Draft,
        ends: &mut LaneEnds,
        consistent: bool,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let end = self.known_end(owner, lane, ends, consistent).await?;
        let packed = draft.packed().map_err(|error| StoreError::Internal(error.into()))?;
        // A transaction takes two units for each KB.
        let units = 2 * (packed.len() as u64 / 1024 + 1);
        let after = end.after(lane, units, now, self.growth);
        let mut writes = vec![self.put_segment(owner, lane, end.next, packed, after, now)?];
        for moved in &draft.moves {
            writes.push(self.move_count(lane, *moved)?);
        }
        match self.database.transact(writes).await? {
            Outcome::Written => {
                ends.0.insert(lane, after);
                Ok(true)
            }
            Outcome::Refused(_) => Ok(false),
        }
    }

    fn put_segment(
        &self,
        owner: &Owner,
        lane: usize,
        segment: u64,
        events: Vec<u8>,
        end: LaneEnd,
        now: Timestamp,
    ) -> Result<TransactWriteItem, StoreError> {
        let mut item: Item = keys::segment(owner, lane, segment);
        item.insert("events".to_owned(), aws_sdk_dynamodb::types::AttributeValue::B(Blob::new(events)));
        item.insert("lanes".to_owned(), number(end.lanes));
        item.insert("units".to_owned(), number(end.units));
        item.insert("grown_at".to_owned(), number(end.grown_at.millis()));
        item.insert("published_at".to_owned(), number(now.millis()));
        put_new(&self.database.tables.events, "pk", item)
    }

    /// Moves a count, unless another publisher has moved it since it was read.
    fn move_count(&self, lane: usize, moved: Move) -> Result<TransactWriteItem, StoreError> {
        let (update, condition, value) = match moved.from {
            0 => ("SET #count = :to, lane = :lane", "attribute_not_exists(pk)", (":lane", number(lane))),
            from => ("SET #count = :to", "#count = :from", (":from", number(from))),
        };
        ConditionalUpdate {
            table: &self.database.tables.events,
            key: keys::publication(moved.subject),
            update,
            condition,
            values: vec![value, (":to", number(moved.to))],
        }
        .into_write()
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
