//! The Lambda function `sweep-deposits`.

shared::function_main!(sweep_deposits::run);
