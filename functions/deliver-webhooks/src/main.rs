//! The Lambda function `deliver-webhooks`.

use std::convert::Infallible;

use aws_lambda_events::sqs::SqsEvent;
use deliver_webhooks::handle;
use lambda_runtime::{Error, LambdaEvent, run, service_fn};
use shared::App;
use webhooks::{Courier, Worker};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let worker = Worker::new(Courier::new(App::from_env().await?)?, webhooks::aws::queue().await?);
    run(service_fn(async |event: LambdaEvent<SqsEvent>| {
        Ok::<_, Infallible>(handle(&worker, event.payload).await)
    }))
    .await
}
