//! The Lambda function `create-order`.

shared::function_main!(create_order::run);
