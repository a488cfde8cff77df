//! The Lambda function `queue-deliveries`.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    queue_deliveries::run().await
}
