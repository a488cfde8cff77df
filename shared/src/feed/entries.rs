//! Reading an owner's feed.

use crate::{
    dynamo::{Item, StoreError, from_item, keys, store_error, string},
    feed::FeedStore,
    kernel::{Cursor, Owner, RawJson, Timestamp},
};
use serde::Deserialize;

/// One entry of a feed.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct FeedEntry {
    /// Its position, as text.
    #[serde(rename = "sk")]
    pub cursor: String,
    /// The event as merchants see it.
    pub event: RawJson,
    /// The time at which it was published.
    pub published_at: Timestamp,
}

/// A page of a feed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeedPage {
    /// Its entries, in their order.
    pub entries: Vec<FeedEntry>,
    /// True if the page ends at DynamoDB's limit for one answer, a megabyte, and not at the feed's end.
    pub cut: bool,
}

impl FeedStore {
    /// Up to `limit` (at most 100) of an owner's events after `after`, in their order. Positions have no gaps, so a gap
    /// means that only a part of a transaction is visible. The page ends before the gap, so no event ever appears
    /// behind a cursor that a client holds. One round trip.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`], [`StoreError::Internal`].
    pub async fn feed(&self, owner: &Owner, after: Cursor, limit: usize) -> Result<FeedPage, StoreError> {
        let answer = self
            .database
            .client
            .query()
            .table_name(&self.database.tables.events)
            .key_condition_expression("pk = :feed AND sk > :after")
            .expression_attribute_values(":feed", keys::feed_partition(owner))
            .expression_attribute_values(":after", string(after.to_string()))
            .consistent_read(true)
            .limit(i32::try_from(limit).unwrap_or(i32::MAX))
            .send()
            .await
            .map_err(store_error)?;
        let entries = answer.items.unwrap_or_default().into_iter().map(read_entry);
        let mut entries = entries.collect::<Result<Vec<_>, _>>()?;
        let expected = (after.0..).skip(1).map(|position| Cursor(position).to_string());
        let whole = entries.iter().zip(expected).take_while(|(entry, expected)| entry.cursor == *expected);
        let (whole, read) = (whole.count(), entries.len());
        entries.truncate(whole);
        Ok(FeedPage { entries, cut: whole == read && answer.last_evaluated_key.is_some() })
    }

    /// The event at a position of an owner's feed; `None` if there is none that can be read. One round trip.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`], [`StoreError::Internal`].
    pub async fn event_at(&self, owner: &Owner, place: Cursor) -> Result<Option<RawJson>, StoreError> {
        let read = self.database.client.get_item().table_name(&self.database.tables.events);
        let read = read.set_key(Some(keys::feed_entry(owner, place))).consistent_read(true);
        let item = read.send().await.map_err(store_error)?.item;
        Ok(item.and_then(|item| read_entry(item).ok()).map(|entry| entry.event))
    }
}

fn read_entry(item: Item) -> Result<FeedEntry, StoreError> {
    from_item("event", item)
}
