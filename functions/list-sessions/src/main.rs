//! The Lambda function `list-sessions`.

shared::function_main!(list_sessions::run);
