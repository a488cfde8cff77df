//! The Lambda function `get-session`.

shared::function_main!(get_session::run);
