//! Watches the configured chains for deposits, and tells `record-payment` of them.

use std::time::Instant;

use chain::{ChainError, Watcher};
use futures_util::future::join_all;

/// Watches each chain until `end`, all at the same time.
///
/// # Errors
/// That of a chain that could not be watched at last. It has been logged, as all others have.
pub async fn handle(watchers: &mut [Watcher], end: Instant) -> Result<(), ChainError> {
    let watched = join_all(watchers.iter_mut().map(|watcher| watcher.run(end))).await;
    watched.into_iter().collect()
}
