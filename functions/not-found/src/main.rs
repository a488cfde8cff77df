//! The Lambda function `not-found`.

shared::function_main!(not_found::run);
