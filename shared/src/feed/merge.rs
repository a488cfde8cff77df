//! Merging the lanes of a feed into pages.
//!
//! Within a lane the order is that of publication, and never changes. Between lanes it is by time, which only makes
//! pages pleasant to read: a cursor has a position in each lane, so nothing ever appears behind it.

use crate::kernel::{Cursor, FeedPlace, LanePosition, RawJson, Timestamp};

/// One event of a feed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeedEntry {
    /// The event, without its cursor.
    pub event: RawJson,
    /// Its place.
    pub place: FeedPlace,
    /// The time at which it was published.
    pub published_at: Timestamp,
}

/// A page of a feed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeedPage {
    /// Its entries.
    pub entries: Vec<FeedEntry>,
    /// True if there may be more events than were read.
    pub cut: bool,
}

/// The events of one transaction in a lane.
#[derive(Debug, Clone)]
pub(crate) struct Segment {
    pub(crate) number: u64,
    /// The number of lanes of the feed.
    pub(crate) lanes: usize,
    pub(crate) published_at: Timestamp,
    pub(crate) events: Vec<RawJson>,
}

/// The next segments of a lane.
#[derive(Debug, Default)]
pub(crate) struct LanePart {
    pub(crate) segments: Vec<Segment>,
    /// True if there may be more of them.
    pub(crate) cut: bool,
}

impl LanePart {
    /// Drops what comes after a gap: nothing may be read from there yet.
    pub(crate) fn up_to_gap(mut self, after: LanePosition) -> Self {
        let whole =
            self.segments.iter().zip(after.segment()..).take_while(|(it, number)| it.number == *number);
        let whole = whole.count();
        self.cut &= whole == self.segments.len();
        self.segments.truncate(whole);
        self
    }
}

/// The first `limit` events of the lanes, from `after` on.
pub(crate) fn merge(after: &Cursor, lanes: Vec<LanePart>, limit: usize) -> FeedPage {
    let mut cut = lanes.iter().any(|lane| lane.cut);
    let mut cursor = after.clone();
    let mut lanes: Vec<_> = lanes
        .into_iter()
        .enumerate()
        .map(|(lane, part)| events_of(lane, after.lane(lane), part).peekable())
        .collect();
    let mut entries = Vec::new();
    while entries.len() < limit {
        let heads = lanes.iter_mut().filter_map(|lane| {
            let time = lane.peek()?.published_at;
            Some((time, lane))
        });
        let Some(event) = heads.min_by_key(|(time, _)| *time).and_then(|(_, lane)| lane.next()) else {
            break;
        };
        cursor.advance(event.lane, event.position, event.lanes);
        let LaneEvent { event, lane, position, published_at, .. } = event;
        let place = FeedPlace { lane, position, cursor: cursor.clone() };
        entries.push(FeedEntry { event, place, published_at });
    }
    cut |= lanes.iter_mut().any(|lane| lane.peek().is_some());
    FeedPage { entries, cut }
}

struct LaneEvent {
    event: RawJson,
    lane: usize,
    position: LanePosition,
    /// The number of lanes that a reader has learned by now.
    lanes: usize,
    published_at: Timestamp,
}

fn events_of(lane: usize, after: LanePosition, part: LanePart) -> impl Iterator<Item = LaneEvent> {
    part.segments.into_iter().flat_map(move |segment| {
        let Segment { number, lanes, published_at, events } = segment;
        let skipped = if number == after.segment() { after.events() } else { 0 };
        let last = events.len();
        events.into_iter().zip(1..).skip(skipped).map(move |(event, at)| {
            // A segment that is read in part is read again, and so is its number of lanes.
            let (position, lanes) = match at == last {
                true => (LanePosition::within(number + 1, 0), lanes),
                false => (LanePosition::within(number, at), 1),
            };
            LaneEvent { event, lane, position, lanes, published_at }
        })
    })
}

#[cfg(test)]
#[path = "merge_tests.rs"]
mod tests;
