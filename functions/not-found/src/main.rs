//! The Lambda function `not-found`.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    not_found::run().await
}
