//! The Lambda function `delete-webhook-endpoint`.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    delete_webhook_endpoint::run().await
}
