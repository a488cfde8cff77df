//! The Lambda function `deliver-webhooks`.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    deliver_webhooks::run().await
}
