//! The Lambda function `test-webhook-endpoint`.

shared::function_main!(test_webhook_endpoint::run);
