//! The Lambda function `create-order`.

use std::convert::Infallible;

use create_order::handle;
use lambda_http::{Error, Request, service_fn};
use shared::{App, http::run};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let app = App::from_env().await?.with_chains()?;
    run(service_fn(async |request: Request| Ok::<_, Infallible>(handle(&app, &request).await))).await
}
