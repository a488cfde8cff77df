//! The stored items of watching and sweeping, in a table of their own.

mod confirmed;
mod lease;
mod sightings;
mod table;
mod unswept;

pub(crate) use lease::{Acquired, LEASE_MILLIS, Work};
pub use table::ChainStore;
pub(crate) use unswept::UnsweptOrder;
