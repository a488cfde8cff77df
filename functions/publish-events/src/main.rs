//! The Lambda function `publish-events`.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    publish_events::run().await
}
