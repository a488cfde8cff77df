//! The Lambda function `list-webhook-endpoints`.

shared::function_main!(list_webhook_endpoints::run);
