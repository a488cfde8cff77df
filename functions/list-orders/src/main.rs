//! The Lambda function `list-orders`.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    list_orders::run().await
}
