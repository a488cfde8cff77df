//! Making deliveries of events: one for each endpoint that wants the event.
//!
//! As with publishing, whoever does it is told only *that* a feed has grown, and one transaction moves how
//! far it has got along with what it makes. So an event becomes a delivery once, however often it is tried.

use std::collections::BTreeSet;

use aws_sdk_dynamodb::types::TransactWriteItem;
use serde::Deserialize;

use crate::{
    dynamo::{
        MAX_CONFLICT_RETRIES, StoreError, contended, keys, number,
        transact::{ConditionalUpdate, Outcome},
    },
    feed::FeedEntry,
    kernel::{Cursor, EndpointId, Owner},
    webhooks::{Delivery, Endpoint, WebhookStore, endpoint_store::FanOutState},
};

/// How many events are looked at together.
const EVENTS_AT_ONCE: usize = 100;

/// One transaction has a hundred writes at most: one moves how far it is, each delivery takes two.
const DELIVERIES_AT_ONCE: usize = 49;

/// What of an event matters here.
#[derive(Deserialize)]
struct Outline {
    id: String,
    #[serde(rename = "type")]
    event_type: String,
}

/// What one transaction does.
#[derive(Default)]
struct Portion {
    /// How far it gets.
    to: u64,
    deliveries: Vec<(EndpointId, Delivery)>,
}

impl WebhookStore {
    /// Makes deliveries of the next events that none have been made of, as many as one transaction takes, and
    /// returns the endpoints that got some; `None` where there are no such events. Four round trips, two where
    /// nothing is new, one for a merchant without endpoints.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`], [`StoreError::Internal`].
    pub async fn fan_out(&self, owner: &Owner) -> Result<Option<BTreeSet<EndpointId>>, StoreError> {
        for _ in 0..MAX_CONFLICT_RETRIES {
            let Some(fan) = self.fan(owner).await?.filter(|fan| fan.endpoints > 0) else { return Ok(None) };
            let entries = self.feed.feed(owner, Cursor(fan.fanned_to), EVENTS_AT_ONCE).await?.entries;
            if entries.is_empty() {
                return Ok(None);
            }
            // Read after the events: so an endpoint whose making was answered before an event is seen.
            let endpoints = self.endpoints(owner).await?;
            let portion = Portion::of(&entries, &endpoints)?;
            let fed = portion.deliveries.iter().map(|(endpoint, _)| *endpoint).collect();
            if let Outcome::Written =
                self.database.transact(self.portion_writes(owner, &fan, portion)?).await?
            {
                return Ok(Some(fed));
            }
        }
        Err(contended("the making of deliveries"))
    }

    fn portion_writes(
        &self,
        owner: &Owner,
        fan: &FanOutState,
        portion: Portion,
    ) -> Result<Vec<TransactWriteItem>, StoreError> {
        let moved = ConditionalUpdate {
            table: &self.database.tables.webhooks,
            key: keys::fan(owner),
            update: "SET fanned_to = :to",
            condition: "fanned_to = :from AND endpoints > :none",
            values: vec![(":from", number(fan.fanned_to)), (":to", number(portion.to)), (":none", number(0))],
        };
        let mut writes = vec![moved.into_write()?];
        for (endpoint, delivery) in portion.deliveries {
            writes.extend(self.delivery_writes(endpoint, None, &delivery)?);
        }
        Ok(writes)
    }
}

impl Portion {
    /// As many of the entries as fit, and at least the first: there are fewer endpoints than deliveries fit.
    fn of(entries: &[FeedEntry], endpoints: &[Endpoint]) -> Result<Self, StoreError> {
        let mut portion = Self::default();
        for entry in entries {
            let cursor = Cursor::parse(&entry.cursor);
            let cursor =
                cursor.ok_or_else(|| StoreError::Internal("an event has no place in its feed".into()))?;
            let outline: Outline = serde_json::from_str(entry.event.as_str())
                .map_err(|error| StoreError::Internal(error.into()))?;
            let wanting = endpoints.iter().filter(|endpoint| endpoint.wants(cursor, &outline.event_type));
            let wanting: Vec<_> = wanting.map(|endpoint| endpoint.id).collect();
            if portion.deliveries.len() + wanting.len() > DELIVERIES_AT_ONCE {
                break;
            }
            let delivery = Delivery::of_event(&outline.id, &outline.event_type, cursor, entry.published_at);
            portion.deliveries.extend(wanting.into_iter().map(|endpoint| (endpoint, delivery.clone())));
            portion.to = cursor.0;
        }
        Ok(portion)
    }
}
