//! Webhook endpoints: where merchants want their events sent, and what messages are signed with.

use std::fmt;

use base64::{Engine as _, prelude::BASE64_STANDARD};
use serde::{Deserialize, Serialize};

use crate::{
    checkout::EventType,
    kernel::{Cursor, EndpointId, Owner, Timestamp},
};

/// How many endpoints a merchant may have: each event costs writes for each one.
pub const MOST_ENDPOINTS: u64 = 16;

/// What messages are signed with: `whsec_` and base64 (Standard Webhooks). Its `Debug` does not tell it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct WebhookSecret(String);

impl WebhookSecret {
    /// A secret of 256 unpredictable bits.
    pub fn new(random: [u128; 2]) -> Self {
        let bytes = random.map(u128::to_be_bytes).concat();
        Self(format!("whsec_{}", BASE64_STANDARD.encode(bytes)))
    }

    /// The whole secret, to sign with, or to be shown to its merchant once.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for WebhookSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("WebhookSecret")
    }
}

/// A secret that is, or for a while still is, in use.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecretInUse {
    /// The secret.
    pub secret: WebhookSecret,
    /// Until when it signs; `None` for the newest one.
    pub until: Option<Timestamp>,
}

/// Where a merchant wants events sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint {
    /// Its id.
    pub id: EndpointId,
    /// Whose it is.
    pub owner: Owner,
    /// Where messages go.
    pub url: String,
    /// The merchant's note.
    pub description: Option<String>,
    /// Which events it wants; `None` for all.
    pub event_types: Option<Vec<EventType>>,
    /// Whether messages are sent. Where not, those that wait go on waiting, and events make no new ones.
    pub enabled: bool,
    /// What messages are signed with, the newest first.
    pub secrets: Vec<SecretInUse>,
    /// When it was made.
    pub created_at: Timestamp,
    /// The place in the feed of the last event before it was made.
    pub after: u64,
    /// How often it has been changed.
    pub version: u64,
}

impl Endpoint {
    /// One that wants everything, from the beginning of the feed.
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
            after: 0,
            version: 0,
        }
    }

    /// Whether it wants the event at this place of the feed.
    pub fn wants(&self, cursor: Cursor, event_type: &str) -> bool {
        let types = self.event_types.as_ref();
        let wanted = types.is_none_or(|types| types.iter().any(|it| it.to_string() == event_type));
        self.enabled && cursor.0 > self.after && wanted
    }

    /// What a message that is sent at `now` is signed with.
    pub fn secrets_at(&self, now: Timestamp) -> Vec<&str> {
        let in_use = self.secrets.iter().filter(|it| it.until.is_none_or(|until| now < until));
        in_use.map(|it| it.secret.reveal()).collect()
    }

    /// With a new secret; the one until now goes on signing beside it for a while.
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

/// How many secrets may sign beside the newest one: each one lengthens a header.
const MOST_OLD_SECRETS: usize = 4;

#[cfg(test)]
#[path = "endpoint_tests.rs"]
mod tests;
