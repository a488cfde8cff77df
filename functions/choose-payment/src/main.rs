//! The Lambda function `choose-payment`.

shared::function_main!(choose_payment::run);
