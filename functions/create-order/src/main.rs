//! The Lambda function `create-order`.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    create_order::run().await
}
