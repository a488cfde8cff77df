//! The Lambda function `list-webhook-deliveries`.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    list_webhook_deliveries::run().await
}
