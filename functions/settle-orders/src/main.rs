//! The Lambda function `settle-orders`.

shared::function_main!(settle_orders::run);
