//! The Lambda function `list-orders`.

shared::function_main!(list_orders::run);
