//! The Lambda function `delete-webhook-endpoint`.

shared::function_main!(delete_webhook_endpoint::run);
