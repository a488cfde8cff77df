//! Sweeps the configured chains' orders, and sends the evidence to `record-payment`.

use std::time::Instant;

use chain::{ChainError, Settler, aws};
use futures_util::future::join_all;
use lambda_runtime::{LambdaEvent, service_fn};
use serde_json::Value;

/// Runs the function until Lambda ends it.
///
/// # Errors
/// A missing or invalid setting, or an error that ends the runtime.
pub async fn run() -> Result<(), lambda_runtime::Error> {
    let settings = aws::Settings::from_env().await?;
    let purse = settings.purse().await?;
    let settlers = settings.tools().into_iter().map(|tools| Settler::new(tools, purse.clone()));
    let settlers: Vec<_> = settlers.collect();
    lambda_runtime::run(service_fn(async |event: LambdaEvent<Value>| {
        handle(&settlers, aws::end_of(event.context.deadline)).await.map_err(lambda_runtime::Error::from)
    }))
    .await
}

/// Sweeps the orders of all chains at the same time, until `end`.
///
/// # Errors
/// The error of a chain whose last sweep failed. It has been logged, as all others have.
pub async fn handle(settlers: &[Settler], end: Instant) -> Result<(), ChainError> {
    let settled = join_all(settlers.iter().map(|settler| settler.run(end))).await;
    settled.into_iter().collect()
}
