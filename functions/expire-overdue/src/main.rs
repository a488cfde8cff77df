//! The Lambda function `expire-overdue`.

shared::function_main!(expire_overdue::run);
