//! The Lambda function `create-session`.

shared::function_main!(create_session::run);
