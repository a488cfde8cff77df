//! The Lambda function `retry-deliveries`, run once a minute.

use lambda_runtime::{Error, LambdaEvent, run, service_fn};
use retry_deliveries::handle;
use serde_json::Value;
use shared::App;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let app = App::from_env().await?;
    let queue = webhooks::aws::notices().await?;
    run(service_fn(async |_: LambdaEvent<Value>| handle(&app, queue.as_ref()).await.map_err(Error::from)))
        .await
}
