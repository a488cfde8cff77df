//! The Lambda function `rotate-webhook-secret`.

shared::function_main!(rotate_webhook_secret::run);
