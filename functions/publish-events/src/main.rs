//! The Lambda function `publish-events`.

use std::convert::Infallible;

use aws_lambda_events::dynamodb::Event;
use lambda_runtime::{Error, LambdaEvent, run, service_fn};
use publish_events::handle;
use shared::App;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let app = App::from_env().await?;
    run(service_fn(async |event: LambdaEvent<Event>| Ok::<_, Infallible>(handle(&app, event.payload).await)))
        .await
}
