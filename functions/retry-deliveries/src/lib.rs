//! Re-enqueues due deliveries whose notification was lost, and creates deliveries of events that a stream has lost.

use std::time::Instant;

use delivery::{DeliveryQueue, FAN_OUT_TIME, retry_deliveries};
use lambda_runtime::{LambdaEvent, service_fn};
use serde_json::Value;
use shared::{App, Result};

/// Runs the function until Lambda ends it.
///
/// # Errors
/// A missing or invalid setting, or an error that ends the runtime.
pub async fn run() -> Result<(), lambda_runtime::Error> {
    let app = App::from_env().await?;
    let queue = delivery::aws::notifications().await?;
    lambda_runtime::run(service_fn(async |_: LambdaEvent<Value>| {
        handle(&app, queue.as_ref()).await.map_err(lambda_runtime::Error::from)
    }))
    .await
}

/// Reads each endpoint and each feed once.
///
/// # Errors
/// As [`retry_deliveries`].
pub async fn handle(app: &App, queue: &dyn DeliveryQueue) -> Result<()> {
    retry_deliveries(app, queue, Instant::now() + FAN_OUT_TIME).await
}
