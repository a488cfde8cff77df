//! Fan-out: creating the deliveries of an event, one for each endpoint that gets it.
//!
//! As with publishing, a notification says only *that* a feed has grown. One transaction creates the deliveries and
//! moves the position up to which events have them. So an event gets its deliveries once, however often the call is
//! repeated.

use std::collections::BTreeSet;

use aws_sdk_dynamodb::types::TransactWriteItem;
use serde::Deserialize;

use crate::{
    dynamo::{
        MAX_CONFLICT_RETRIES, StoreError, contended, keys, number, string,
        transact::{ConditionalUpdate, Outcome},
    },
    feed::FeedEntry,
    kernel::{Cursor, EndpointId, Owner},
    webhooks::{Delivery, Endpoint, WebhookStore, endpoint_store::FanOutState},
};

/// The number of events read together.
const EVENTS_AT_ONCE: usize = 100;

/// The most deliveries for one transaction of a hundred writes: one moves the position, and each delivery takes two.
const DELIVERIES_AT_ONCE: usize = 49;

/// The fields of an event that decide its deliveries.
#[derive(Deserialize)]
struct Outline {
    id: String,
    #[serde(rename = "type")]
    event_type: String,
}

/// The work of one transaction.
#[derive(Default)]
struct Portion {
    /// The new position.
    to: Cursor,
    deliveries: Vec<(EndpointId, Delivery)>,
}

impl WebhookStore {
    /// Creates the deliveries of the next events without any, as many as one transaction takes. Returns the endpoints
    /// that got some; `None` if there are no such events. Four round trips, more where the feed has several lanes; two without new events, one for a merchant
    /// without endpoints.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`], [`StoreError::Internal`].
    pub async fn fan_out(&self, owner: &Owner) -> Result<Option<BTreeSet<EndpointId>>, StoreError> {
        for _ in 0..MAX_CONFLICT_RETRIES {
            let Some(fan) = self.fan(owner).await?.filter(|fan| fan.endpoints > 0) else { return Ok(None) };
            let entries = self.feed.feed(owner, &fan.fanned_to, EVENTS_AT_ONCE).await?.entries;
            if entries.is_empty() {
                return Ok(None);
            }
            // Read after the events, so that every endpoint created before an event is seen.
            let endpoints = self.endpoints(owner).await?;
            let portion = Portion::of(&entries, &endpoints)?;
            let fed = portion.deliveries.iter().map(|(endpoint, _)| *endpoint).collect();
            if let Outcome::Written =
                self.database.transact(self.portion_writes(owner, &fan, portion)?).await?
            {
                return Ok(Some(fed));
            }
        }
        Err(contended("the fan-out position"))
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
            values: vec![
                (":from", string(fan.fanned_to.to_string())),
                (":to", string(portion.to.to_string())),
                (":none", number(0)),
            ],
        };
        let mut writes = vec![moved.into_write()?];
        for (endpoint, delivery) in portion.deliveries {
            writes.extend(self.delivery_writes(endpoint, None, &delivery)?);
        }
        Ok(writes)
    }
}

impl Portion {
    /// As many of the entries as fit, and at least the first: there are fewer endpoints than deliveries that fit.
    fn of(entries: &[FeedEntry], endpoints: &[Endpoint]) -> Result<Self, StoreError> {
        let mut portion = Self::default();
        for entry in entries {
            let outline: Outline = serde_json::from_str(entry.event.as_str())
                .map_err(|error| StoreError::Internal(error.into()))?;
            let wanting =
                endpoints.iter().filter(|endpoint| endpoint.wants(&entry.place, &outline.event_type));
            let wanting: Vec<_> = wanting.map(|endpoint| endpoint.id).collect();
            if portion.deliveries.len() + wanting.len() > DELIVERIES_AT_ONCE {
                break;
            }
            let delivery =
                Delivery::of_event(&outline.id, &outline.event_type, entry.place.clone(), entry.published_at);
            portion.deliveries.extend(wanting.into_iter().map(|endpoint| (endpoint, delivery.clone())));
            portion.to = entry.place.cursor.clone();
        }
        Ok(portion)
    }
}
