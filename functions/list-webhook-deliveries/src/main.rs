//! The Lambda function `list-webhook-deliveries`.

shared::function_main!(list_webhook_deliveries::run);
