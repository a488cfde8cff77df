//! The Lambda function `update-webhook-endpoint`.

shared::function_main!(update_webhook_endpoint::run);
