//! The Lambda function `queue-deliveries`.

shared::function_main!(queue_deliveries::run);
