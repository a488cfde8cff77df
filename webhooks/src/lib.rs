//! Sends webhooks: signs a message as the Standard Webhooks specification says, and posts it once.
//!
//! A merchant chooses the URL, so this crate is what keeps a message from places that only the sender
//! can reach ([`Reach`]). Knows no database: who stores endpoints and tries again is elsewhere.

mod address;
#[cfg(test)]
mod attack_tests;
mod endpoint;
mod failure;
mod resolver;
mod sender;
mod signature;

pub use endpoint::{BadUrl, Reach, check_url};
pub use failure::Failure;
pub use sender::{Outcome, Sender};
pub use signature::Message;
