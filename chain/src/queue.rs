//! The way to `record-payment`.

use std::{fmt, future::Future, pin::Pin};

use shared::checkout::Evidence;

/// Why evidence could not be handed on.
pub type QueueError = Box<dyn std::error::Error + Send + Sync>;

/// Takes evidence to `record-payment`, at least once: in the cloud its SQS queue.
pub trait EvidenceQueue: fmt::Debug + Send + Sync {
    /// Hands on all of it, or fails; then some may have been handed on.
    fn send<'a>(
        &'a self,
        evidence: &'a [Evidence],
    ) -> Pin<Box<dyn Future<Output = Result<(), QueueError>> + Send + 'a>>;
}
