//! The Lambda function `watch-deposits`.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    watch_deposits::run().await
}
