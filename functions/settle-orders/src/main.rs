//! The Lambda function `settle-orders`.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    settle_orders::run().await
}
