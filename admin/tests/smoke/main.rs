//! The contract's checks: what they say of the honest server, and of one that lies.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "this is test code"
)]

mod faults;
mod honest;
mod liar;
mod lying;
mod program;
mod server;
