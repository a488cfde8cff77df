//! The Lambda function `deliver-webhooks`.

shared::function_main!(deliver_webhooks::run);
