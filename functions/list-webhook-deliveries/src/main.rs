//! The Lambda function `list-webhook-deliveries`.

use std::convert::Infallible;

use lambda_http::{Error, Request, service_fn};
use list_webhook_deliveries::handle;
use shared::{App, http::run};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let app = App::from_env().await?;
    run(service_fn(async |request: Request| Ok::<_, Infallible>(handle(&app, &request).await))).await
}
