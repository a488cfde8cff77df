//! The Lambda function `rotate-webhook-secret`.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    rotate_webhook_secret::run().await
}
