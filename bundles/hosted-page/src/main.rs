//! The functions of the hosted page.

use shared::{
    edge::bundle::{Error, run},
    functions,
};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    run(&functions![
        "checkout-page" => checkout_page::run,
        "choose-payment" => choose_payment::run,
    ])
    .await
}
