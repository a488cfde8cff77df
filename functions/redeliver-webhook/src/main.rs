//! The Lambda function `redeliver-webhook`.

shared::function_main!(redeliver_webhook::run);
