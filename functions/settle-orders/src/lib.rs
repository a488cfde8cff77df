//! Passes on what was paid on the configured chains, and tells `record-payment` of it.

use std::time::Instant;

use chain::{ChainError, Settler};
use futures_util::future::join_all;

/// Settles the orders of each chain until `end`, of all chains at the same time.
///
/// # Errors
/// That of a chain whose orders could not be settled at last. It has been logged, as all others have.
pub async fn handle(settlers: &[Settler], end: Instant) -> Result<(), ChainError> {
    let settled = join_all(settlers.iter().map(|settler| settler.run(end))).await;
    settled.into_iter().collect()
}
