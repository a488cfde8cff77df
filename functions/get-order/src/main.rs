//! The Lambda function `get-order`.

shared::function_main!(get_order::run);
