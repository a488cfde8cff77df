//! The Lambda function `get-session`.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    get_session::run().await
}
