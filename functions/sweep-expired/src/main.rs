//! The Lambda function `sweep-expired`.

shared::function_main!(sweep_expired::run);
