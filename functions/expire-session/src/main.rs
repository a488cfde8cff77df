//! The Lambda function `expire-session`.

shared::function_main!(expire_session::run);
