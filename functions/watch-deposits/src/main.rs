//! The Lambda function `watch-deposits`.

shared::function_main!(watch_deposits::run);
