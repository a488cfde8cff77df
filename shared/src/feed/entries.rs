//! Reading an owner's feed.

use futures_util::{StreamExt as _, TryStreamExt as _, stream};

use crate::{
    dynamo::{Item, StoreError, describe, keys, store_error, string},
    feed::{
        FeedPage, FeedStore,
        merge::{LanePart, Segment, merge},
        segment::{LaneEnd, unpacked},
    },
    kernel::{Cursor, FeedPlace, LanePosition, Owner, RawJson, Timestamp},
};

/// The number of lanes read at the same time; each takes a connection.
const LANES_AT_ONCE: usize = 8;

/// The most bytes of events read from a lane at once, beside those of one segment: as much as an answer holds.
const MOST_BYTES: usize = crate::edge::MAX_LISTED_BYTES;

/// The least number of segments read from a lane.
const LEAST_SEGMENTS: usize = 8;

impl FeedStore {
    /// Up to `limit` (at most 101) of an owner's events after `after`, each lane in its order. No event ever appears
    /// behind a cursor of the page. One round trip for each eight lanes, and again for lanes that `after` does not know.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`], [`StoreError::Internal`].
    pub async fn feed(&self, owner: &Owner, after: &Cursor, limit: usize) -> Result<FeedPage, StoreError> {
        let mut parts = self.lane_parts(owner, after, 0..after.lanes(), limit).await?;
        // The first lane tells of the others.
        let first = parts.first().into_iter().flat_map(|lane| &lane.segments);
        let lanes = first.map(|segment| segment.lanes).max().unwrap_or(1);
        if lanes > after.lanes() {
            parts.extend(self.lane_parts(owner, after, after.lanes()..lanes, limit).await?);
        }
        Ok(merge(after, parts, limit))
    }

    async fn lane_parts(
        &self,
        owner: &Owner,
        after: &Cursor,
        lanes: std::ops::Range<usize>,
        limit: usize,
    ) -> Result<Vec<LanePart>, StoreError> {
        let segments = limit.div_ceil(lanes.end).max(LEAST_SEGMENTS.min(limit));
        let parts =
            stream::iter(lanes).map(|lane| self.lane_part(owner, lane, after.lane(lane), segments, limit));
        parts.buffered(LANES_AT_ONCE).try_collect().await
    }

    /// The next segments of a lane, up to a gap.
    async fn lane_part(
        &self,
        owner: &Owner,
        lane: usize,
        after: LanePosition,
        segments: usize,
        limit: usize,
    ) -> Result<LanePart, StoreError> {
        let query = self.database.client.query().table_name(&self.database.tables.events);
        let answer = query
            .key_condition_expression("pk = :lane AND sk >= :from")
            .expression_attribute_values(":lane", keys::feed_lane(owner, lane))
            .expression_attribute_values(":from", string(keys::segment_number(after.segment())))
            .consistent_read(true)
            .limit(i32::try_from(segments).unwrap_or(i32::MAX))
            .send()
            .await
            .map_err(store_error)?;
        let mut part = LanePart { segments: Vec::new(), cut: answer.last_evaluated_key.is_some() };
        let (mut events, mut bytes) = (0, 0);
        for item in answer.items.unwrap_or_default() {
            if events >= limit + after.events() || bytes > MOST_BYTES {
                part.cut = true;
                break;
            }
            let segment = read_segment(&item)?;
            events += segment.events.len();
            bytes += segment.events.iter().map(|event| event.as_str().len()).sum::<usize>();
            part.segments.push(segment);
        }
        Ok(part.up_to_gap(after))
    }

    /// The event at a place of an owner's feed; `None` if there is none that can be read. One round trip.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`], [`StoreError::Internal`].
    pub async fn event_at(
        &self,
        owner: &Owner,
        &FeedPlace { lane, position, .. }: &FeedPlace,
    ) -> Result<Option<RawJson>, StoreError> {
        // The position after the last event of a segment is the start of the next one.
        let number =
            if position.events() == 0 { position.segment().checked_sub(1) } else { Some(position.segment()) };
        let Some(number) = number else { return Ok(None) };
        let read = self.database.client.get_item().table_name(&self.database.tables.events);
        let read = read.set_key(Some(keys::segment(owner, lane, number))).consistent_read(true);
        let item = read.send().await.map_err(store_error)?.item;
        let Some(mut segment) = item.and_then(|item| read_segment(&item).ok()) else { return Ok(None) };
        match position.events().checked_sub(1) {
            Some(before) => Ok(segment.events.into_iter().nth(before)),
            None => Ok(segment.events.pop()),
        }
    }

    /// The end of an owner's feed. One round trip, and one for each eight lanes.
    pub(crate) async fn feed_end(&self, owner: &Owner) -> Result<Cursor, StoreError> {
        let first = self.lane_end(owner, 0, true).await?;
        let others = stream::iter(1..first.lanes).map(|lane| self.lane_end(owner, lane, true));
        let others: Vec<_> = others.buffered(LANES_AT_ONCE).try_collect().await?;
        let mut cursor = Cursor::default();
        for (lane, end) in std::iter::once(first).chain(others).enumerate() {
            cursor.advance(lane, LanePosition::within(end.next, 0), first.lanes);
        }
        Ok(cursor)
    }

    /// The end of a lane. One round trip.
    pub(crate) async fn lane_end(
        &self,
        owner: &Owner,
        lane: usize,
        consistent: bool,
    ) -> Result<LaneEnd, StoreError> {
        let query = self.database.client.query().table_name(&self.database.tables.events);
        let answer = query
            .key_condition_expression("pk = :lane")
            .expression_attribute_values(":lane", keys::feed_lane(owner, lane))
            .scan_index_forward(false)
            .consistent_read(consistent)
            .limit(1)
            .send()
            .await
            .map_err(store_error)?;
        answer.items.unwrap_or_default().first().map_or(Ok(LaneEnd::START), read_end)
    }
}

fn read_segment(item: &Item) -> Result<Segment, StoreError> {
    let read = || {
        Some(Segment {
            number: number_of(item)?,
            lanes: attribute(item, "lanes")?,
            published_at: Timestamp::from_millis(attribute(item, "published_at")?),
            events: unpacked(item.get("events")?.as_b().ok()?.as_ref())?,
        })
    };
    read().ok_or_else(|| damaged(item))
}

fn read_end(item: &Item) -> Result<LaneEnd, StoreError> {
    let read = || {
        Some(LaneEnd {
            next: number_of(item)? + 1,
            lanes: attribute(item, "lanes")?,
            second: attribute::<i64>(item, "published_at")? / 1000,
            units: attribute(item, "units")?,
            grown_at: Timestamp::from_millis(attribute(item, "grown_at")?),
        })
    };
    read().ok_or_else(|| damaged(item))
}

fn number_of(item: &Item) -> Option<u64> {
    u64::from_str_radix(item.get("sk")?.as_s().ok()?, 16).ok()
}

fn attribute<T: std::str::FromStr>(item: &Item, name: &str) -> Option<T> {
    item.get(name)?.as_n().ok()?.parse().ok()
}

fn damaged(item: &Item) -> StoreError {
    StoreError::Internal(format!("the segment {} cannot be read", describe(item)).into())
}
