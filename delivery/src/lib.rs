//! Sends webhooks: signs a message as the Standard Webhooks specification says, posts it ([`Sender`]), and stores the
//! outcome ([`Courier`], [`Worker`]).
//!
//! A merchant chooses the URL, so this crate keeps messages from addresses that only the sender can reach ([`Reach`]).

mod address;
#[cfg(test)]
mod attack_tests;
pub mod aws;
mod courier;
mod endpoint;
mod failure;
mod making;
mod queue;
mod resolver;
mod sender;
mod signature;
mod worker;

pub use courier::Courier;
pub use endpoint::{BadUrl, Reach, check_url};
pub use failure::Failure;
pub use making::{MAKING, queue_deliveries, retry_deliveries};
pub use queue::{DeliveryQueue, Handing, Notification, QueueError};
pub use sender::{Outcome, Sender};
pub use signature::Message;
pub use worker::Worker;
