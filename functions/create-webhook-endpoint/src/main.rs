//! The Lambda function `create-webhook-endpoint`.

shared::function_main!(create_webhook_endpoint::run);
