//! The Lambda function `retry-deliveries`.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    retry_deliveries::run().await
}
