//! The Lambda function `delete-webhook-endpoint`.

use std::convert::Infallible;

use delete_webhook_endpoint::handle;
use lambda_http::{Error, Request, service_fn};
use shared::{App, http::run};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let app = App::from_env().await?;
    run(service_fn(async |request: Request| Ok::<_, Infallible>(handle(&app, &request).await))).await
}
