//! The Lambda function `publish-events`.

use lambda_runtime::{Error, LambdaEvent, run, service_fn};
use publish_events::{Batch, SqsRetries, handle};
use serde_json::Value;
use shared::App;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let app = App::from_env().await?;
    let retries = SqsRetries::from_env().await?;
    run(service_fn(async |event: LambdaEvent<Value>| {
        Ok::<_, Error>(handle(&app, &retries, Batch::parse(event.payload)?).await)
    }))
    .await
}
