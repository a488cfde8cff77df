//! Positions in feeds.
//!
//! A feed has lanes, each a list of segments, and a segment has events. A position in a lane is the number of segments
//! that have been read whole, and the number of events read of the next one.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

/// The most lanes of a feed.
pub const MOST_LANES: usize = 64;

/// The bits of a position that count events of a segment.
const EVENT_BITS: u32 = 8;

/// The most events of a segment.
pub const MOST_SEGMENT_EVENTS: usize = (1 << EVENT_BITS) - 1;

/// The mark of a cursor of several lanes.
const LANES_MARK: char = 'v';

/// A position in a lane. The greater of two is the later one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct LanePosition(u64);

impl LanePosition {
    /// The position after `events` events of the segment `segment`.
    pub fn within(segment: u64, events: usize) -> Self {
        Self(segment << EVENT_BITS | events.min(MOST_SEGMENT_EVENTS) as u64)
    }

    /// The segment that the next event is in, or a later one.
    pub fn segment(self) -> u64 {
        self.0 >> EVENT_BITS
    }

    /// The number of events of that segment before this position.
    pub fn events(self) -> usize {
        usize::try_from(self.0).unwrap_or_default() & MOST_SEGMENT_EVENTS
    }
}

/// A position in an owner's feed: one in each lane that the reader knew of, and the start of all others.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Cursor(Vec<LanePosition>);

/// An event's place in its owner's feed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FeedPlace {
    /// Its lane.
    pub lane: usize,
    /// The position in the lane after it.
    pub position: LanePosition,
    /// The position in the feed after it, and after those before it on the page that it was read with.
    pub cursor: Cursor,
}

impl Default for Cursor {
    fn default() -> Self {
        Self(vec![LanePosition::default()])
    }
}

impl Cursor {
    /// The number of lanes that the cursor knows: a power of two.
    pub fn lanes(&self) -> usize {
        self.0.len()
    }

    /// The position in a lane.
    pub fn lane(&self, lane: usize) -> LanePosition {
        self.0.get(lane).copied().unwrap_or_default()
    }

    /// Moves ahead in a lane, and takes note of all `lanes`.
    pub fn advance(&mut self, lane: usize, to: LanePosition, lanes: usize) {
        let lanes = lanes.max(lane + 1).next_power_of_two().min(MOST_LANES);
        if self.0.len() < lanes {
            self.0.resize(lanes, LanePosition::default());
        }
        if let Some(position) = self.0.get_mut(lane) {
            *position = to;
        }
    }

    /// Reads a cursor as a client sends it.
    pub fn parse(text: &str) -> Option<Self> {
        let cursor = match text.strip_prefix(LANES_MARK) {
            None => u64::from_str_radix(text, 16).ok().map(|position| Self(vec![LanePosition(position)])),
            Some(lanes) if lanes.len() > MOST_TEXT => None,
            Some(lanes) => read_lanes(&bs58::decode(lanes).into_vec().ok()?).map(Self),
        };
        cursor.filter(|cursor| cursor.to_string() == text)
    }
}

/// The longest text of a cursor of several lanes: ten bytes for each, in base 58.
const MOST_TEXT: usize = MOST_LANES * 14;

fn read_lanes(mut bytes: &[u8]) -> Option<Vec<LanePosition>> {
    let mut lanes = Vec::new();
    while !bytes.is_empty() {
        let length = bytes.iter().position(|byte| byte & 0x80 == 0)? + 1;
        let (number, rest) = bytes.split_at_checked(length)?;
        let value = number
            .iter()
            .rev()
            .try_fold(0_u64, |value, byte| value.checked_mul(0x80)?.checked_add(u64::from(byte & 0x7f)))?;
        lanes.push(LanePosition(value));
        bytes = rest;
    }
    ((2..=MOST_LANES).contains(&lanes.len()) && lanes.len().is_power_of_two()).then_some(lanes)
}

/// Seven bits in each byte, the lowest first.
fn write_lane(LanePosition(mut value): LanePosition, bytes: &mut Vec<u8>) {
    while value > 0x7f {
        bytes.push(value.to_le_bytes()[0] | 0x80);
        value >>= 7;
    }
    bytes.push(value.to_le_bytes()[0]);
}

/// Sixteen hex digits for one lane; for several `v`, and their positions in base 58.
impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let [LanePosition(only)] = self.0.as_slice() {
            return write!(f, "{only:016x}");
        }
        let mut bytes = Vec::new();
        self.0.iter().for_each(|lane| write_lane(*lane, &mut bytes));
        write!(f, "{LANES_MARK}{}", bs58::encode(bytes).into_string())
    }
}

impl Serialize for Cursor {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Cursor {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| D::Error::custom("a malformed cursor"))
    }
}

#[cfg(test)]
#[path = "cursor_tests.rs"]
mod tests;
