//! The way back to this function for what could not be published.

use std::{future::Future, pin::Pin};

use shared::edge::queue::{BoxError, Queue};
use shared::kernel::Subject;

/// Brings subjects back, each by itself, until they are published: in the cloud an SQS queue, whose messages
/// are their ids.
pub trait Retries: Send + Sync {
    /// Takes all of them, or fails; then it may have taken some, which does no harm.
    fn send<'a>(
        &'a self,
        subjects: &'a [Subject],
    ) -> Pin<Box<dyn Future<Output = Result<(), BoxError>> + Send + 'a>>;
}

impl Retries for Queue {
    fn send<'a>(
        &'a self,
        subjects: &'a [Subject],
    ) -> Pin<Box<dyn Future<Output = Result<(), BoxError>> + Send + 'a>> {
        Box::pin(self.send(subjects.iter().map(Subject::to_string)))
    }
}
