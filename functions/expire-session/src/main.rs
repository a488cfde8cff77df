//! The Lambda function `expire-session`.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    expire_session::run().await
}
