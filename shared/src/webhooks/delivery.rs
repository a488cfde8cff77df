//! Webhook deliveries: one event for one endpoint, attempted ten times over three days. After that it has failed,
//! unless the merchant redelivers it.

use serde::{Deserialize, Serialize};

use crate::kernel::{DeliveryId, FeedPlace, RawJson, Timestamp};

/// The time for which deliveries can be looked up, in milliseconds: 30 days.
const KEPT_MILLIS: i64 = 30 * 24 * 60 * 60 * 1000;

/// The newest attempts that are kept: room for the ten by schedule and ten by hand.
const MOST_ATTEMPTS_KEPT: usize = 20;

/// A delivery's status.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeliveryStatus {
    /// It waits for an attempt, the first or a later one.
    Pending,
    /// The endpoint has answered with 2xx.
    Delivered,
    /// All attempts failed.
    Failed,
}

/// One attempt of a delivery.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attempt {
    /// The time at which it began.
    pub at: Timestamp,
    /// The HTTP status of the answer, if there was one.
    pub status_code: Option<u16>,
    /// The error in one word, if there was one.
    pub error: Option<String>,
    /// Its duration, in milliseconds.
    pub duration_millis: u64,
}

/// The occasion of an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Occasion {
    /// The schedule.
    Due,
    /// A merchant's request.
    ByHand,
}

/// One event for one endpoint, with its attempts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// Its id.
    pub id: DeliveryId,
    /// The event's id, which is also the message's.
    pub event_id: String,
    /// The event's type.
    pub event_type: String,
    /// The time of its creation.
    pub created_at: Timestamp,
    /// The event's place in the feed; `None` for a test event, which is not in it.
    pub place: Option<FeedPlace>,
    /// The body of a test event.
    pub body: Option<RawJson>,
    /// Its status.
    pub status: DeliveryStatus,
    /// The last attempts, in their order.
    pub attempts: Vec<Attempt>,
    /// The number of attempts made by schedule.
    pub due_attempts: u32,
    /// The time of the next attempt; `None` unless it is pending.
    pub due_at: Option<Timestamp>,
    /// The number of changes to it; guards writes.
    pub version: u64,
    /// The epoch *second* after which DynamoDB may delete it.
    pub removable_at: i64,
}

impl Delivery {
    /// The delivery of an event in the feed, due at once. `created_at` is the event's time of publication, so that
    /// repeating the creation yields the same delivery.
    pub fn of_event(event_id: &str, event_type: &str, place: FeedPlace, created_at: Timestamp) -> Self {
        Self {
            place: Some(place),
            due_at: Some(created_at),
            status: DeliveryStatus::Pending,
            ..Self::unattempted(event_id, event_type, created_at)
        }
    }

    /// The delivery of a test event, which is attempted by hand only.
    pub fn of_test(event_id: &str, event_type: &str, body: RawJson, now: Timestamp) -> Self {
        Self { body: Some(body), ..Self::unattempted(event_id, event_type, now) }
    }

    fn unattempted(event_id: &str, event_type: &str, created_at: Timestamp) -> Self {
        Self {
            id: DeliveryId::new(created_at, event_id),
            event_id: event_id.to_owned(),
            event_type: event_type.to_owned(),
            created_at,
            place: None,
            body: None,
            status: DeliveryStatus::Failed,
            attempts: Vec::new(),
            due_attempts: 0,
            due_at: None,
            version: 0,
            removable_at: created_at.plus_millis(KEPT_MILLIS).millis() / 1000,
        }
    }

    /// Returns true if the next attempt is the last one, unless it succeeds.
    pub fn is_at_its_last(&self) -> bool {
        delay_millis(self.due_attempts + 1, 0).is_none()
    }

    /// The delivery after an attempt. `random` spreads the next one.
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

    /// A failed delivery, due once more at once.
    #[must_use]
    pub fn redriven(mut self, now: Timestamp) -> Self {
        self.status = DeliveryStatus::Pending;
        self.due_at = Some(now);
        self.version += 1;
        self
    }
}

/// The delay after each failed attempt but the tenth, in minutes: 71 hours and 21 minutes together.
const DELAYS_MINUTES: [i64; 9] = [1, 5, 15, 60, 180, 360, 720, 1200, 1740];

/// The time until the next attempt, varied by up to a tenth so that deliveries that failed together do not retry
/// together; `None` after the last one.
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
