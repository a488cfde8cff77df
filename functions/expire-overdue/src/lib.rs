//! Expires overdue sessions and orders that nobody reads, so that their merchants get the events.

use std::time::Duration;

use lambda_runtime::{LambdaEvent, service_fn};
use serde_json::Value;
use shared::{App, Result, checkout::expire_overdue};

/// The time between two calls. A schedule calls once a minute at most; two calls each time keep every expiry's event
/// well within a minute.
const BETWEEN_SWEEPS: Duration = Duration::from_secs(30);

/// Runs the function until Lambda ends it.
///
/// # Errors
/// A missing or invalid setting, or an error that ends the runtime.
pub async fn run() -> Result<(), lambda_runtime::Error> {
    let app = App::from_env().await?;
    lambda_runtime::run(service_fn(async |_: LambdaEvent<Value>| {
        let first = handle(&app).await;
        tokio::time::sleep(BETWEEN_SWEEPS).await;
        first.and(handle(&app).await).map_err(lambda_runtime::Error::from)
    }))
    .await
}

/// Expires overdue sessions and orders once. Idempotent, also when two calls run at once.
///
/// # Errors
/// As [`expire_overdue`].
pub async fn handle(app: &App) -> Result<()> {
    expire_overdue(&app.checkout, app.clock.now()).await
}
