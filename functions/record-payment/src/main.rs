//! The Lambda function `record-payment`.

shared::function_main!(record_payment::run);
