//! The Lambda function `sweep-expired`.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    sweep_expired::run().await
}
