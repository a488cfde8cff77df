//! The Lambda function `queue-deliveries`.

use std::convert::Infallible;

use aws_lambda_events::dynamodb::Event;
use lambda_runtime::{Error, LambdaEvent, run, service_fn};
use queue_deliveries::handle;
use shared::App;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let app = App::from_env().await?;
    let queue = webhooks::aws::notices().await?;
    run(service_fn(async |event: LambdaEvent<Event>| {
        Ok::<_, Infallible>(handle(&app, queue.as_ref(), event.payload).await)
    }))
    .await
}
