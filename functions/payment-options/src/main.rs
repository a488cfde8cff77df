//! The Lambda function `payment-options`.

shared::function_main!(payment_options::run);
