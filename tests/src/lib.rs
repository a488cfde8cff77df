//! The support for tests: a server for each test, and a DynamoDB endpoint that can fail.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "this is test code: a test that cannot go on should say so and end"
)]

pub mod browser;
pub mod client;
pub mod dynamodb;
mod exchange;
mod fault;
pub mod proxy;
pub mod receiver;
pub mod scenario;
pub mod sim;
