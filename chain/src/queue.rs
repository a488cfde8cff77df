//! The way to `record-payment`.

use std::{fmt, future::Future, pin::Pin};

use shared::checkout::Evidence;

/// The queue did not take evidence.
pub type QueueError = Box<dyn std::error::Error + Send + Sync>;

/// Delivers evidence to `record-payment` at least once: in the cloud, its SQS queue.
pub trait EvidenceQueue: fmt::Debug + Send + Sync {
    /// Sends all of it, or fails; then some may have been sent.
    fn send<'a>(
        &'a self,
        evidence: &'a [Evidence],
    ) -> Pin<Box<dyn Future<Output = Result<(), QueueError>> + Send + 'a>>;
}
