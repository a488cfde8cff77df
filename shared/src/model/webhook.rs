//! Webhooks: where a merchant wants its events sent, and how sending each one went.
//!
//! Messages follow the Standard Webhooks specification. A delivery is tried ten times over three days; after
//! that it has failed for good, unless somebody asks for it again.

use std::fmt;

use base64::{Engine as _, prelude::BASE64_STANDARD};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Cursor, EventType, Owner, RawJson, Timestamp};

/// How many endpoints a merchant may have: each event costs writes for each one.
pub const MOST_ENDPOINTS: u64 = 16;

/// How long deliveries can be looked up, in milliseconds: 30 days.
const KEPT_MILLIS: i64 = 30 * 24 * 60 * 60 * 1000;

/// How many of a delivery's attempts are kept: its own ten, and as many by hand.
const MOST_ATTEMPTS_KEPT: usize = 20;

/// An endpoint's id: `we_` and 32 hex digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EndpointId(Uuid);

impl EndpointId {
    /// An id of `random` bits.
    pub fn new(random: u128) -> Self {
        Self(uuid::Builder::from_random_bytes(random.to_be_bytes()).into_uuid())
    }

    /// Reads an id as a client sends it.
    pub fn parse(text: &str) -> Option<Self> {
        let id = Self(Uuid::try_parse(text.strip_prefix("we_")?).ok()?);
        (id.to_string() == text).then_some(id)
    }
}

impl fmt::Display for EndpointId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "we_{}", self.0.simple())
    }
}

impl Serialize for EndpointId {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for EndpointId {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| serde::de::Error::custom("no endpoint's id"))
    }
}

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
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
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

/// A delivery's id, which sorts by when it was made: `whd_<13 digits of milliseconds>_<event id>`. It follows
/// from the event, so making a delivery again finds the first one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct DeliveryId(String);

impl DeliveryId {
    /// Of the delivery of an event.
    pub fn new(created_at: Timestamp, event_id: &str) -> Self {
        Self(format!("whd_{:013}_{event_id}", created_at.millis()))
    }

    /// Reads an id as a client sends it.
    pub fn parse(text: &str) -> Option<Self> {
        let (time, event) = text.strip_prefix("whd_")?.split_once('_')?;
        let of_time = time.len() == 13 && time.bytes().all(|byte| byte.is_ascii_digit());
        let of_event = event.len() <= 80
            && event.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_');
        (of_time && of_event).then(|| Self(text.to_owned()))
    }

    /// The id.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// How far a delivery is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeliveryStatus {
    /// It will be tried, for the first time or again.
    Pending,
    /// The endpoint has answered with 2xx.
    Delivered,
    /// All attempts were in vain.
    Failed,
}

/// One try of a delivery.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attempt {
    /// When it began.
    pub at: Timestamp,
    /// The HTTP status of the answer, if there was one.
    pub status_code: Option<u16>,
    /// What went wrong, in a word, if something did.
    pub error: Option<String>,
    /// How long it took, in milliseconds.
    pub duration_millis: u64,
}

/// Why a try was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Occasion {
    /// Its time had come.
    Due,
    /// Somebody asked for it.
    ByHand,
}

/// The sending of one event to one endpoint.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delivery {
    /// Its id.
    #[serde(rename = "sk")]
    pub id: DeliveryId,
    /// The event's id, which is the message's.
    pub event_id: String,
    /// What happened.
    pub event_type: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// The event's place in the feed; `None` for a test event, which is not in it.
    pub cursor: Option<u64>,
    /// The body of a test event.
    pub body: Option<RawJson>,
    /// How far it is.
    pub status: DeliveryStatus,
    /// The last attempts, in their order.
    pub attempts: Vec<Attempt>,
    /// How many attempts were made because it was their time.
    pub due_attempts: u32,
    /// When it is tried next; `None` unless it is pending.
    pub due_at: Option<Timestamp>,
    /// How often it has been changed.
    pub version: u64,
    /// From which epoch *second* on DynamoDB may remove it.
    pub removable_at: i64,
}

impl Delivery {
    /// Of an event in the feed, to be tried at once. `created_at` is when the event was published, so that
    /// whoever makes it again makes the same.
    pub fn of_event(event_id: &str, event_type: &str, cursor: Cursor, created_at: Timestamp) -> Self {
        Self {
            cursor: Some(cursor.0),
            due_at: Some(created_at),
            status: DeliveryStatus::Pending,
            ..Self::without_cause(event_id, event_type, created_at)
        }
    }

    /// Of a test event, which is tried by hand only.
    pub fn of_test(event_id: &str, event_type: &str, body: RawJson, now: Timestamp) -> Self {
        Self { body: Some(body), ..Self::without_cause(event_id, event_type, now) }
    }

    fn without_cause(event_id: &str, event_type: &str, created_at: Timestamp) -> Self {
        Self {
            id: DeliveryId::new(created_at, event_id),
            event_id: event_id.to_owned(),
            event_type: event_type.to_owned(),
            created_at,
            cursor: None,
            body: None,
            status: DeliveryStatus::Failed,
            attempts: Vec::new(),
            due_attempts: 0,
            due_at: None,
            version: 0,
            removable_at: created_at.plus_millis(KEPT_MILLIS).millis() / 1000,
        }
    }

    /// Whether the next attempt is the last one, unless it succeeds.
    pub fn is_at_its_last(&self) -> bool {
        delay_millis(self.due_attempts + 1, 0).is_none()
    }

    /// What it is after an attempt. `random` spreads the next one.
    #[must_use]
    pub fn after(mut self, attempt: Attempt, occasion: Occasion, random: u128) -> Self {
        let succeeded = attempt.error.is_none();
        let ended_at = attempt.at.plus_millis(i64::try_from(attempt.duration_millis).unwrap_or(i64::MAX));
        if self.attempts.len() == MOST_ATTEMPTS_KEPT {
            self.attempts.remove(0);
        }
        self.attempts.push(attempt);
        self.version += 1;
        if succeeded {
            self.status = DeliveryStatus::Delivered;
            self.due_at = None;
        } else if occasion == Occasion::Due && self.status == DeliveryStatus::Pending {
            self.due_attempts += 1;
            self.due_at = delay_millis(self.due_attempts, random).map(|delay| ended_at.plus_millis(delay));
            self.status = match self.due_at {
                Some(_) => DeliveryStatus::Pending,
                None => DeliveryStatus::Failed,
            };
        }
        self
    }

    /// As a failed one that is to be tried once more, as soon as possible.
    #[must_use]
    pub fn redriven(mut self, now: Timestamp) -> Self {
        self.status = DeliveryStatus::Pending;
        self.due_at = Some(now);
        self.version += 1;
        self
    }
}

/// How long to wait after each try in vain but the tenth: 71 hours and 21 minutes together.
const DELAYS_MINUTES: [i64; 9] = [1, 5, 15, 60, 180, 360, 720, 1200, 1740];

/// The time until the next try, a tenth more or less, so that what failed together is not tried together;
/// `None` after the last one.
fn delay_millis(attempts: u32, random: u128) -> Option<i64> {
    let position = usize::try_from(attempts).ok()?.checked_sub(1)?;
    let delay = DELAYS_MINUTES.get(position)? * 60_000;
    let tenth = delay / 10;
    let spread = i64::try_from(random % u128::from(tenth.unsigned_abs() * 2 + 1)).unwrap_or_default();
    Some(delay - tenth + spread)
}

#[cfg(test)]
#[path = "webhook_tests.rs"]
mod tests;
