//! Ids, time, amounts, addresses, owners, and JSON kept as it was sent: pure, without AWS, HTTP or a clock.

mod address;
mod amount;
mod id;
pub(crate) mod json;
mod owner;
mod time;

pub use address::{Address, ChainId};
pub use amount::BaseUnits;
pub use id::{OrderId, SessionId};
pub use json::RawJson;
pub use owner::{Owned, Owner};
pub use time::Timestamp;
