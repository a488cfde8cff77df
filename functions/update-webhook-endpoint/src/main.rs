//! The Lambda function `update-webhook-endpoint`.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    update_webhook_endpoint::run().await
}
