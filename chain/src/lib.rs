//! What happens on EVM chains: deposits are watched for and told of as evidence, and what has arrived is
//! passed on to its recipients.
//!
//! `node` speaks to one node of a chain, `scan` finds the deposits in a range of blocks, `watch` decides
//! which ranges to look at and what became of what was seen before, and `settle` passes money on. What
//! they must remember is in `store`; what they find out goes to `record-payment`'s queue as evidence.

pub mod aws;

mod awaited;
mod node;
mod queue;
mod scan;
mod settle;
mod sighting;
mod store;
mod tools;
mod watch;

use alloy::primitives::{B256, b256};

pub use node::{Node, NodeError, use_ring};
pub use queue::{EvidenceQueue, QueueError};
pub use settle::{BadKey, Purse, Settler};
pub use store::ChainStore;
pub use tools::{ChainError, Tools};
pub use watch::Watcher;

/// `Transfer(address,address,uint256)`, as ERC-20 tokens tell of each transfer.
const TRANSFER: B256 = b256!("ddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef");
