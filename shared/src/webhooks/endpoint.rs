//! Webhook endpoints: the URLs that merchants' events are sent to, and the secrets that sign messages.

use std::fmt;

use base64::{Engine as _, prelude::BASE64_STANDARD};
use serde::{Deserialize, Serialize};

use crate::{
    checkout::EventType,
    kernel::{Cursor, EndpointId, FeedPlace, Owner, Timestamp},
};

/// The most endpoints of a merchant: each event costs writes for each one.
pub const MOST_ENDPOINTS: u64 = 16;

/// A secret that signs messages: `whsec_` and base64 (Standard Webhooks). Its `Debug` hides it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct WebhookSecret(String);

impl WebhookSecret {
    /// Creates a secret from 256 random bits.
    pub fn new(random: [u128; 2]) -> Self {
        let bytes = random.map(u128::to_be_bytes).concat();
        Self(format!("whsec_{}", BASE64_STANDARD.encode(bytes)))
    }

    /// The whole secret, for signing and for showing it once to its merchant.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for WebhookSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("WebhookSecret")
    }
}

/// A secret that signs messages, for good or for a while.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecretInUse {
    /// The secret.
    pub secret: WebhookSecret,
    /// The end of the time in which it signs; `None` for the newest one.
    pub until: Option<Timestamp>,
}

/// A URL that a merchant's events are sent to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint {
    /// Its id.
    pub id: EndpointId,
    /// The owner.
    pub owner: Owner,
    /// The URL.
    pub url: String,
    /// The merchant's note.
    pub description: Option<String>,
    /// The event types to send; `None` for all.
    pub event_types: Option<Vec<EventType>>,
    /// True if messages are sent. Otherwise pending deliveries wait, and events get no new ones.
    pub enabled: bool,
    /// The secrets that sign messages, newest first.
    pub secrets: Vec<SecretInUse>,
    /// The time of its creation.
    pub created_at: Timestamp,
    /// The position in the feed after the last event before its creation.
    pub after: Cursor,
    /// The number of changes to it; guards writes.
    pub version: u64,
}

impl Endpoint {
    /// An endpoint for all event types, from the beginning of the feed.
    pub fn new(
        id: EndpointId,
        owner: Owner,
        url: String,
        secret: WebhookSecret,
        created_at: Timestamp,
    ) -> Self {
        Self {
            id,
            owner,
            url,
            description: None,
            event_types: None,
            enabled: true,
            secrets: vec![SecretInUse { secret, until: None }],
            created_at,
            after: Cursor::default(),
            version: 0,
        }
    }

    /// Returns true if the endpoint gets the event at this place of the feed.
    pub fn wants(&self, place: &FeedPlace, event_type: &str) -> bool {
        let types = self.event_types.as_ref();
        let wanted = types.is_none_or(|types| types.iter().any(|it| it.to_string() == event_type));
        self.enabled && place.position > self.after.lane(place.lane) && wanted
    }

    /// The secrets that sign a message sent at `now`.
    pub fn secrets_at(&self, now: Timestamp) -> Vec<&str> {
        let in_use = self.secrets.iter().filter(|it| it.until.is_none_or(|until| now < until));
        in_use.map(|it| it.secret.reveal()).collect()
    }

    /// The endpoint with a new secret; the current one still signs beside it for a while.
    #[must_use]
    pub fn with_new_secret(mut self, secret: WebhookSecret, overlap_millis: i64, now: Timestamp) -> Self {
        let end = now.plus_millis(overlap_millis);
        for it in &mut self.secrets {
            it.until = Some(it.until.map_or(end, |until| until.min(end)));
        }
        self.secrets.retain(|it| it.until.is_some_and(|until| now < until));
        self.secrets.truncate(MOST_OLD_SECRETS);
        self.secrets.insert(0, SecretInUse { secret, until: None });
        self
    }
}

/// The most secrets that sign beside the newest one: each lengthens a header.
const MOST_OLD_SECRETS: usize = 4;

#[cfg(test)]
#[path = "endpoint_tests.rs"]
mod tests;
