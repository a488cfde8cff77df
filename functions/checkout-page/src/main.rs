//! The Lambda function `checkout-page`.

shared::function_main!(checkout_page::run);
