//! The Lambda function `redeliver-webhook`.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    redeliver_webhook::run().await
}
