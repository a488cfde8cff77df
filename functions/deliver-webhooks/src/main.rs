//! The Lambda function `deliver-webhooks`.

use std::convert::Infallible;

use aws_lambda_events::sqs::SqsEvent;
use deliver_webhooks::handle;
use lambda_runtime::{Error, LambdaEvent, run, service_fn};
use shared::App;
use webhooks::{Courier, Worker};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let courier = Courier::new(App::from_env().await?)?;
    let worker = Worker::new(courier, webhooks::aws::notices_and_dead_letters().await?);
    run(service_fn(async |event: LambdaEvent<SqsEvent>| {
        Ok::<_, Infallible>(handle(&worker, event.payload).await)
    }))
    .await
}
