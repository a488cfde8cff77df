//! Payments on a real EVM chain, from the session to the recipient's balance.
//!
//! They need anvil and solc, which `npm ci` in `contracts/` installs:
//! `cargo test -p tests --features anvil --test chain`.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "this is test code: a test that cannot go on should say so and end"
)]

mod anvil;
mod balances;
mod chaos;
mod kills;
mod nodes;
mod payments;
mod refusals;
mod relay;
mod reorganisations;
mod scene;
mod shop;
mod sweeping;
