//! The Lambda function `not-found`.

use std::convert::Infallible;

use lambda_http::{Error, Request, service_fn};
use not_found::handle;
use shared::http::run;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    run(service_fn(async |request: Request| Ok::<_, Infallible>(handle(&request)))).await
}
