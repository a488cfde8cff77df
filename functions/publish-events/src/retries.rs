//! The queue that returns failed subjects to this function.

use std::{future::Future, pin::Pin};

use shared::edge::queue::{BoxError, Queue};
use shared::kernel::Subject;

/// Sends subjects that could not be published to a queue, one message each, which calls this function again.
pub trait Retries: Send + Sync {
    /// Sends all of them. A failed call may have sent some, which does no harm.
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
