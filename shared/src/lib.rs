//! The code that all functions share, in rooms by capability. A room has pure rules, stores, and requests and views,
//! each in files of its own.
//!
//! - [`kernel`] has ids, time, amounts, addresses, owners, and JSON kept as it was sent. Pure.
//! - [`dynamo`] has the DynamoDB client, items, keys of tables, and transactions.
//! - [`edge`] has the environment, the clock, callers, the answer envelope, idempotency, the request log.
//! - [`checkout`] has sessions and orders.
//! - [`terms`] has payment terms and displays.
//! - [`feed`] has events.
//! - [`webhooks`] has endpoints, and deliveries to them.
//! - [`keys`] has API keys.
//! - [`chains`] has the chains' document, and deposit addresses.
//!
//! `tests/layers.rs` enforces the imports between rooms.

mod app;
pub mod chains;
pub mod checkout;
pub mod dynamo;
pub mod edge;
pub mod error;
pub mod feed;
pub mod kernel;
pub mod keys;
pub mod terms;
pub mod webhooks;

pub use app::App;
pub use error::{Error, Result};
