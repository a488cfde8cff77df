//! The Lambda function `get-webhook-endpoint`.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    get_webhook_endpoint::run().await
}
