//! The Lambda function `test-webhook-endpoint`.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    test_webhook_endpoint::run().await
}
