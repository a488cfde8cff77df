//! The Lambda function `record-payment`.

use std::convert::Infallible;

use aws_lambda_events::sqs::SqsEvent;
use lambda_runtime::{Error, LambdaEvent, run, service_fn};
use record_payment::handle;
use shared::App;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let app = App::from_env().await?;
    run(service_fn(async |event: LambdaEvent<SqsEvent>| {
        Ok::<_, Infallible>(handle(&app, event.payload).await)
    }))
    .await
}
