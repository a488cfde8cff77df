//! The Lambda function `publish-events`.

use lambda_runtime::{Error, LambdaEvent, run, service_fn};
use publish_events::{Batch, handle};
use serde_json::Value;
use shared::App;
use sqs::Queue;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let app = App::from_env().await?;
    let retries = Queue::from_env("PUBLISHING_RETRIES_QUEUE_URL").await?;
    run(service_fn(async |event: LambdaEvent<Value>| {
        Ok::<_, Error>(handle(&app, &retries, Batch::parse(event.payload)?).await)
    }))
    .await
}
