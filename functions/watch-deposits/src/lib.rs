//! Watches the configured chains for deposits, and sends the evidence to `record-payment`.

use std::time::Instant;

use chain::{ChainError, Watcher, aws};
use futures_util::future::join_all;
use lambda_runtime::{LambdaEvent, service_fn};
use serde_json::Value;
use tokio::sync::Mutex;

/// Runs the function until Lambda ends it.
///
/// # Errors
/// A missing or invalid setting, or an error that ends the runtime.
pub async fn run() -> Result<(), lambda_runtime::Error> {
    let watchers = aws::Settings::from_env().await?.tools().into_iter().map(Watcher::new);
    // Kept from one invocation to the next, with the addresses that they have read.
    let watchers = Mutex::new(watchers.collect::<Vec<_>>());
    lambda_runtime::run(service_fn(async |event: LambdaEvent<Value>| {
        let end = aws::end_of(event.context.deadline);
        handle(&mut watchers.lock().await, end).await.map_err(lambda_runtime::Error::from)
    }))
    .await
}

/// Watches all chains at the same time, until `end`.
///
/// # Errors
/// The error of a chain whose last poll failed. It has been logged, as all others have.
pub async fn handle(watchers: &mut [Watcher], end: Instant) -> Result<(), ChainError> {
    let watched = join_all(watchers.iter_mut().map(|watcher| watcher.run(end))).await;
    watched.into_iter().collect()
}
