//! The functions that talk to chains.

use bundles::{Error, functions, run};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    run(&functions![settle_orders, watch_deposits]).await
}
