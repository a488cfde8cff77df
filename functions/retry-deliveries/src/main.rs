//! The Lambda function `retry-deliveries`.

shared::function_main!(retry_deliveries::run);
