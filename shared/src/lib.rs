//! What all functions share, in three layers:
//!
//! - [`model`]: what a session and an order *are* and may do. Pure and synchronous: no AWS, no HTTP,
//!   no clock.
//! - [`store`]: how they are kept in DynamoDB, and which conditions protect each write.
//! - [`http`]: how they speak to clients: parsing, the answer envelope, the clock.
//!
//! `model` imports neither of the others, `store` does not import `http`; `tests/layers.rs` keeps it so.

pub mod bundle;
pub mod error;
pub mod http;
pub mod model;
pub mod store;

pub use error::{Error, Result};
pub use http::App;
