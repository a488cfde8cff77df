//! The Lambda function `redeliver-webhook`.

use std::convert::Infallible;

use lambda_http::{Error, Request, service_fn};
use redeliver_webhook::handle;
use shared::{App, http::run};
use webhooks::Courier;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let app = App::from_env().await?;
    let courier = Courier::new(app.clone())?;
    run(service_fn(async |request: Request| Ok::<_, Infallible>(handle(&app, &courier, &request).await)))
        .await
}
