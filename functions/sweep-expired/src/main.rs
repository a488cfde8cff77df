//! The Lambda function `sweep-expired`.

use std::time::Duration;

use lambda_runtime::{Error, LambdaEvent, run, service_fn};
use serde_json::Value;
use shared::App;
use sweep_expired::handle;

/// A schedule can call once a minute at most; sweeping twice each time has every expiry told of well within
/// a minute.
const BETWEEN_SWEEPS: Duration = Duration::from_secs(30);

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let app = App::from_env().await?;
    run(service_fn(async |_: LambdaEvent<Value>| {
        let first = handle(&app).await;
        tokio::time::sleep(BETWEEN_SWEEPS).await;
        first.and(handle(&app).await).map_err(Error::from)
    }))
    .await
}
