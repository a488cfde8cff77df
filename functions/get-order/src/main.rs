//! The Lambda function `get-order`.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    get_order::run().await
}
