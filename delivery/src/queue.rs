//! The queue to `deliver-webhooks`.

use std::{fmt, future::Future, pin::Pin};

use serde::{Deserialize, Serialize};
use shared::kernel::{DeliveryId, EndpointId, Owner};

/// A notification that an endpoint has due deliveries.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notification {
    /// The endpoint's owner.
    pub owner: Owner,
    /// The endpoint.
    pub endpoint: EndpointId,
    /// A failed delivery. Redriven from the dead-letter queue, the message makes it due again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delivery: Option<DeliveryId>,
}

/// The reason for which a message could not be sent.
pub type QueueError = Box<dyn std::error::Error + Send + Sync>;

/// The result of sending.
pub type Handing<'a> = Pin<Box<dyn Future<Output = Result<(), QueueError>> + Send + 'a>>;

/// Sends notifications to `deliver-webhooks`, and failed deliveries to operators: in the cloud two SQS queues. A
/// repeated or lost notification delays nothing for longer than a minute.
pub trait DeliveryQueue: fmt::Debug + Send + Sync {
    /// Sends all of them. A failed call may have sent some.
    fn notify<'a>(&'a self, notifications: &'a [Notification]) -> Handing<'a>;

    /// Sends a failed delivery to the dead-letter queue.
    fn give_up<'a>(&'a self, notification: &'a Notification) -> Handing<'a>;
}
