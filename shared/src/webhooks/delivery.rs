//! Webhook deliveries: the sending of one event to one endpoint, attempted ten times over three days. After that
//! it has failed for good, unless somebody asks for it again.

use serde::{Deserialize, Serialize};

use crate::kernel::{Cursor, DeliveryId, RawJson, Timestamp};

/// How long deliveries can be looked up, in milliseconds: 30 days.
const KEPT_MILLIS: i64 = 30 * 24 * 60 * 60 * 1000;

/// How many of a delivery's attempts are kept: its own ten, and as many by hand.
const MOST_ATTEMPTS_KEPT: usize = 20;

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
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// Its id.
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
#[path = "delivery_tests.rs"]
mod tests;
