//! The Lambda function `get-webhook-endpoint`.

shared::function_main!(get_webhook_endpoint::run);
