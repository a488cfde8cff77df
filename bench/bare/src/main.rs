//! A bare `lambda_http` function: no validation, no model, no errors of its own. It makes the one DynamoDB call that
//! `BARE_CALL` names and answers with a line of JSON.
//!
//! `bench` compares each function with it. It shares no code with them on purpose: its cost is that of `lambda_http`,
//! the SDK, TLS and DynamoDB, and the rest is the function's own.

mod calls;
mod client;
mod items;

use lambda_http::{Body, Error, Request, Response, run, service_fn};

use calls::Call;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let Some(call) = Call::from_env()? else {
        return run(service_fn(async |_: Request| answer())).await;
    };
    let client = client::connect().await?;
    run(service_fn(async |request: Request| {
        call.send(&client, &request).await?;
        answer()
    }))
    .await
}

fn answer() -> Result<Response<Body>, Error> {
    let body = Body::from(r#"{"success":true}"#);
    Ok(Response::builder().header("content-type", "application/json").body(body)?)
}
