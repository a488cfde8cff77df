//! Watching and sweeping EVM chains. A watcher finds deposits and sends evidence of them; a sweeper moves
//! confirmed deposits to their recipients.
//!
//! `node` speaks to one node, and `scan` finds the deposits in a range of blocks. `watch` chooses the ranges, and
//! withdraws deposits that are gone. `sweep` moves money. The progress of both is in `store`, under a `lease`.
//! Evidence goes to `record-payment`'s queue.

pub mod aws;

mod abi;
mod awaited;
mod context;
mod error;
mod lease;
mod node;
mod nodes;
mod queue;
mod scan;
mod sighting;
mod store;
mod sweep;
mod watch;

pub use context::ChainContext;
pub use error::ChainError;
pub use node::{Node, NodeError, use_ring};
pub use nodes::Nodes;
pub use queue::{EvidenceQueue, QueueError};
pub use store::ChainStore;
pub use sweep::{GasWallet, InvalidGasKey, Sweeper};
pub use watch::Watcher;
