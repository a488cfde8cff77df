use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::*;
use crate::kernel::MOST_LANES;

/// A feed as its publishers leave it.
#[derive(Debug, Default)]
struct Feed(Vec<Vec<Segment>>);

impl Feed {
    /// Publishes a segment of so many events in one of the lanes; the first lane may double them.
    fn publish(&mut self, lane: usize, count: usize, grows: bool, time: i64) {
        if self.0.is_empty() {
            self.0.push(Vec::new());
        }
        let (lane, lanes) = (lane % self.0.len(), self.0.len());
        let lanes = if lane == 0 && grows { (lanes * 2).min(MOST_LANES) } else { lanes };
        let number = self.0[lane].len() as u64;
        let text = |n| serde_json::value::to_raw_value(&format!("{lane} {number} {n}")).unwrap();
        let events = (0..count).map(|n| RawJson::from(text(n))).collect();
        let published_at = Timestamp::from_millis(time);
        self.0[lane].push(Segment { number, lanes, published_at, events });
        self.0.resize_with(lanes, Vec::new);
    }

    fn part(&self, lane: usize, after: &Cursor, segments: usize) -> LanePart {
        let from = after.lane(lane).segment();
        let rest = self.0.get(lane).into_iter().flatten().filter(|segment| segment.number >= from);
        let found: Vec<_> = rest.cloned().collect();
        let cut = found.len() > segments;
        let part = LanePart { segments: found.into_iter().take(segments).collect(), cut };
        part.up_to_gap(after.lane(lane))
    }

    /// As [`crate::feed::FeedStore::feed`] reads it.
    fn page(&self, after: &Cursor, limit: usize, segments: usize) -> FeedPage {
        let mut parts: Vec<_> = (0..after.lanes()).map(|lane| self.part(lane, after, segments)).collect();
        let lanes = parts[0].segments.iter().map(|segment| segment.lanes).max().unwrap_or(1);
        parts.extend((after.lanes()..lanes).map(|lane| self.part(lane, after, segments)));
        merge(after, parts, limit)
    }
}

proptest! {
    /// However lanes grow and pages are cut, a reader who follows gets each event once, and each lane in its order.
    #[test]
    fn a_reader_gets_each_event_once_and_lanes_in_their_order(
        steps in prop::collection::vec((0..MOST_LANES, 1..4_usize, any::<bool>(), 0..5_i64, any::<bool>()), 0..80),
        limit in 1..9_usize,
        segments in 1..4_usize,
    ) {
        let (mut feed, mut cursor, mut seen) = (Feed::default(), Cursor::default(), Vec::new());
        let mut reread = Vec::new();
        for (step, (lane, count, grows, late, reads)) in steps.iter().enumerate() {
            feed.publish(*lane, *count, *grows, step as i64 - late);
            if *reads {
                let page = feed.page(&cursor, limit, segments);
                for entry in page.entries {
                    // Clients send cursors as texts.
                    cursor = Cursor::parse(&entry.place.cursor.to_string()).unwrap();
                    reread.push((cursor.clone(), seen.len() + 1));
                    seen.push((entry.place.lane, entry.event));
                }
            }
        }
        loop {
            let page = feed.page(&cursor, limit, segments);
            prop_assert!(page.cut || page.entries.len() <= limit);
            let more = page.cut;
            for entry in page.entries {
                cursor = entry.place.cursor.clone();
                seen.push((entry.place.lane, entry.event));
            }
            if !more {
                break;
            }
        }
        let mut by_lane = BTreeMap::<usize, Vec<RawJson>>::new();
        for (lane, event) in &seen {
            by_lane.entry(*lane).or_default().push(event.clone());
        }
        for (lane, segments) in feed.0.iter().enumerate() {
            let all: Vec<_> = segments.iter().flat_map(|segment| segment.events.clone()).collect();
            prop_assert_eq!(by_lane.remove(&lane).unwrap_or_default(), all);
        }
        prop_assert!(by_lane.is_empty());
        // A cursor that was handed out has before it what its reader had seen, and everything else behind it.
        for (after, count) in reread {
            let rest = feed.page(&after, usize::MAX, usize::MAX).entries;
            let rest: BTreeSet<_> = rest.iter().map(|entry| entry.event.as_str().to_owned()).collect();
            let before = seen.iter().take(count).map(|(_, event)| event.as_str());
            let late = seen.iter().skip(count).map(|(_, event)| event.as_str());
            prop_assert!(before.into_iter().all(|event| !rest.contains(event)));
            prop_assert!(late.into_iter().all(|event| rest.contains(event)));
        }
    }
}

#[test]
fn what_comes_after_a_gap_waits() {
    let mut feed = Feed::default();
    (0..4).for_each(|time| feed.publish(0, 1, false, time));
    feed.0[0].remove(1);
    let page = feed.page(&Cursor::default(), 10, 10);
    assert_eq!((page.entries.len(), page.cut), (1, false));
}
