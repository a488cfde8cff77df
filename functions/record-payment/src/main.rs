//! The Lambda function `record-payment`.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    record_payment::run().await
}
