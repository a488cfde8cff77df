//! The way to `deliver-webhooks`.

use std::{fmt, future::Future, pin::Pin};

use serde::{Deserialize, Serialize};
use shared::kernel::{DeliveryId, EndpointId, Owner};

/// Says that an endpoint has something due.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notification {
    /// Whose endpoint it is.
    pub owner: Owner,
    /// Which one.
    pub endpoint: EndpointId,
    /// A delivery that has failed for good. Sent back from the dead letters, it has that one attempted again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delivery: Option<DeliveryId>,
}

/// Why a notification could not be handed on.
pub type QueueError = Box<dyn std::error::Error + Send + Sync>;

/// What becomes of handing something on.
pub type Handing<'a> = Pin<Box<dyn Future<Output = Result<(), QueueError>> + Send + 'a>>;

/// Takes notifications to `deliver-webhooks`, and what was given up to people: in the cloud two SQS queues. A notification
/// that comes twice, or not at all, delays nothing for longer than a minute.
pub trait DeliveryQueue: fmt::Debug + Send + Sync {
    /// Hands on all of them, or fails; then some may have been handed on.
    fn notify<'a>(&'a self, notifications: &'a [Notification]) -> Handing<'a>;

    /// Puts a delivery that has failed for good among the dead letters.
    fn give_up<'a>(&'a self, notification: &'a Notification) -> Handing<'a>;
}
