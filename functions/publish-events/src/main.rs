//! The Lambda function `publish-events`.

shared::function_main!(publish_events::run);
