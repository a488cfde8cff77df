//! The functions that talk to chains.

use shared::{
    edge::bundle::{Error, run},
    functions,
};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    run(&functions![
        "sweep-deposits" => sweep_deposits::run,
        "watch-deposits" => watch_deposits::run,
    ])
    .await
}
