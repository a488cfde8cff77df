//! Watches the configured chains for deposits, and sends evidence of them to `record-payment`.

use std::time::Instant;

use chain::{ChainError, Watcher, aws};
use futures_util::future::join_all;
use lambda_runtime::{LambdaEvent, service_fn};
use serde_json::Value;
use tokio::sync::Mutex;

/// Runs the function until Lambda ends it.
///
/// # Errors
/// A setting that is missing or cannot be used, or the runtime's own failure.
pub async fn run() -> Result<(), lambda_runtime::Error> {
    let watchers = aws::Settings::from_env().await?.contexts().into_iter().map(Watcher::new);
    // Kept from one invocation to the next, with the addresses that they know.
    let watchers = Mutex::new(watchers.collect::<Vec<_>>());
    lambda_runtime::run(service_fn(async |event: LambdaEvent<Value>| {
        let end = aws::end_of(event.context.deadline);
        handle(&mut watchers.lock().await, end).await.map_err(lambda_runtime::Error::from)
    }))
    .await
}

/// Watches all chains until `end`, side by side.
///
/// # Errors
/// That of a chain whose last poll failed. It has been logged, as all others have.
pub async fn handle(watchers: &mut [Watcher], end: Instant) -> Result<(), ChainError> {
    let watched = join_all(watchers.iter_mut().map(|watcher| watcher.run(end))).await;
    watched.into_iter().collect()
}
