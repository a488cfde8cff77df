//! Ends sessions and orders whose deadline has passed, though nobody asks about them, so that their
//! merchants are told.

use std::time::Duration;

use lambda_runtime::{LambdaEvent, service_fn};
use serde_json::Value;
use shared::{App, Result, checkout::expire_overdue};

/// A schedule can call once a minute at most; sweeping twice each time has every expiry told of well within
/// a minute.
const BETWEEN_SWEEPS: Duration = Duration::from_secs(30);

/// Runs the function until Lambda ends it.
///
/// # Errors
/// A setting that is missing or cannot be used, or what ends the runtime.
pub async fn run() -> Result<(), lambda_runtime::Error> {
    let app = App::from_env().await?;
    lambda_runtime::run(service_fn(async |_: LambdaEvent<Value>| {
        let first = handle(&app).await;
        tokio::time::sleep(BETWEEN_SWEEPS).await;
        first.and(handle(&app).await).map_err(lambda_runtime::Error::from)
    }))
    .await
}

/// Expires once. Doing it twice, or two at once, is the same as doing it once.
///
/// # Errors
/// As [`expire_overdue`].
pub async fn handle(app: &App) -> Result<()> {
    expire_overdue(&app.checkout, app.clock.now()).await
}
