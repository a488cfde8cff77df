//! The Lambda function `list-webhook-endpoints`.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    list_webhook_endpoints::run().await
}
