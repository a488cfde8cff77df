//! Sweeps the orders of the configured chains, and sends evidence of it to `record-payment`.

use std::time::Instant;

use chain::{ChainError, Sweeper, aws};
use futures_util::future::join_all;
use lambda_runtime::{LambdaEvent, service_fn};
use serde_json::Value;

/// Runs the function until Lambda ends it.
///
/// # Errors
/// A setting that is missing or cannot be used, or the runtime's own failure.
pub async fn run() -> Result<(), lambda_runtime::Error> {
    let settings = aws::Settings::from_env().await?;
    let wallet = settings.gas_wallet().await?;
    let sweepers = settings.contexts().into_iter().map(|context| Sweeper::new(context, wallet.clone()));
    let sweepers: Vec<_> = sweepers.collect();
    lambda_runtime::run(service_fn(async |event: LambdaEvent<Value>| {
        handle(&sweepers, aws::end_of(event.context.deadline)).await.map_err(lambda_runtime::Error::from)
    }))
    .await
}

/// Sweeps the orders of all chains until `end`, side by side.
///
/// # Errors
/// That of a chain whose last poll failed. It has been logged, as all others have.
pub async fn handle(sweepers: &[Sweeper], end: Instant) -> Result<(), ChainError> {
    let swept = join_all(sweepers.iter().map(|sweeper| sweeper.run(end))).await;
    swept.into_iter().collect()
}
