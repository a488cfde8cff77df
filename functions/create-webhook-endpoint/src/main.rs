//! The Lambda function `create-webhook-endpoint`.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    create_webhook_endpoint::run().await
}
