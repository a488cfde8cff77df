//! Segments: the events that one transaction publishes in a lane of a feed.
//!
//! A segment is one item, so readers see all of a transaction or nothing. Its events are compressed together: they
//! repeat their objects.

use miniz_oxide::{deflate::compress_to_vec, inflate::decompress_to_vec_with_limit};
use serde_json::value::RawValue;

use crate::kernel::{MOST_LANES, MOST_SEGMENT_EVENTS, RawJson, Subject, Timestamp};

/// The most bytes of a segment's events, in plain text. An item has 400 KB at most, and an event about 100 KB, which
/// may not be compressible.
const MOST_BYTES: usize = 300 * 1024;

/// The most subjects in a segment. A transaction has 100 writes at most: one for each of them, and one for the segment.
const MOST_SUBJECTS: usize = 90;

/// The level of compression, of 1 to 10: higher ones take more time and save little.
const COMPRESSION: u8 = 6;

/// A segment to be published.
#[derive(Debug, Default)]
pub(crate) struct Draft {
    events: Vec<Box<RawValue>>,
    bytes: usize,
    /// The subjects, with their counts of published events before and after.
    pub(crate) moves: Vec<Move>,
}

/// The move of a subject's count of published events.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Move {
    pub(crate) subject: Subject,
    pub(crate) from: u64,
    pub(crate) to: u64,
}

impl Draft {
    /// True if another event of this length fits.
    pub(crate) fn fits(&self, subject: Subject, length: usize) -> bool {
        let another = self.moves.last().is_none_or(|last| last.subject != subject);
        self.events.len() < MOST_SEGMENT_EVENTS
            && self.bytes + length <= MOST_BYTES
            && self.moves.len() + usize::from(another) <= MOST_SUBJECTS
            || self.events.is_empty()
    }

    /// Adds a subject's event, which follows `from` others.
    pub(crate) fn add(&mut self, subject: Subject, from: u64, event: Box<RawValue>) {
        self.bytes += event.get().len();
        self.events.push(event);
        match self.moves.last_mut().filter(|last| last.subject == subject) {
            Some(last) => last.to += 1,
            None => self.moves.push(Move { subject, from, to: from + 1 }),
        }
    }

    /// The number of events.
    pub(crate) fn len(&self) -> usize {
        self.events.len()
    }

    /// The events, compressed.
    pub(crate) fn packed(&self) -> serde_json::Result<Vec<u8>> {
        Ok(compress_to_vec(serde_json::to_string(&self.events)?.as_bytes(), COMPRESSION))
    }
}

/// The events of a segment; `None` if it is damaged.
pub(crate) fn unpacked(events: &[u8]) -> Option<Vec<RawJson>> {
    // Brackets, commas, and one event that is longer than the limit.
    let text = decompress_to_vec_with_limit(events, 2 * MOST_BYTES).ok()?;
    let events: Vec<Box<RawValue>> = serde_json::from_slice(&text).ok()?;
    Some(events.into_iter().map(RawJson::from).collect())
}

/// The rule by which a feed gets more lanes.
#[derive(Debug, Clone, Copy)]
pub struct Growth {
    /// The units written to the first lane in a second that double the number of lanes.
    pub hot_units: u64,
    /// The time after which they may double again, in milliseconds: new sessions have then moved to the new lanes.
    pub pause_millis: i64,
}

/// Half of what DynamoDB's partitions take.
impl Default for Growth {
    fn default() -> Self {
        Self { hot_units: 500, pause_millis: 60_000 }
    }
}

/// The state of a lane at its end, which each segment keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct LaneEnd {
    /// The number of the next segment.
    pub(crate) next: u64,
    /// The number of the feed's lanes. Only the first lane has the truth.
    pub(crate) lanes: usize,
    /// The second of the last segment, and the units written to the lane in it.
    pub(crate) second: i64,
    pub(crate) units: u64,
    /// The time at which the feed got its lanes.
    pub(crate) grown_at: Timestamp,
}

impl LaneEnd {
    /// The end of an empty lane.
    pub(crate) const START: Self =
        Self { next: 0, lanes: 1, second: 0, units: 0, grown_at: Timestamp::from_millis(0) };

    /// The end after a segment that takes `units`. The first lane decides for all: they are loaded evenly.
    pub(crate) fn after(self, lane: usize, units: u64, now: Timestamp, growth: Growth) -> Self {
        let second = now.millis() / 1000;
        let units = units + if second == self.second { self.units } else { 0 };
        let end = Self { next: self.next + 1, second, units, ..self };
        let may_grow = now >= self.grown_at.plus_millis(growth.pause_millis) && self.lanes < MOST_LANES;
        match lane == 0 && units >= growth.hot_units && may_grow {
            true => Self { lanes: self.lanes * 2, grown_at: now, ..end },
            false => end,
        }
    }
}

#[cfg(test)]
#[path = "segment_tests.rs"]
mod tests;
