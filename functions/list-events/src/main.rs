//! The Lambda function `list-events`.

shared::function_main!(list_events::run);
