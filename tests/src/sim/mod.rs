//! A simulated EVM chain, and nodes that serve it over JSON-RPC and misbehave when they are told to.
//!
//! No code is executed. A block is a list of payments, and of signed transactions that sweep: enough for a
//! watcher and a sweeper. Every reorganisation and every fault of a node is a matter of one line.

mod block;
mod calls;
mod chain;
mod contracts;
mod faults;
mod ledger;
mod logs;
mod node;
mod rpc;
mod text;
mod transaction;

pub use block::{Block, Mined, Payment, Swept};
pub use chain::SimChain;
pub use contracts::sweep_call;
pub use faults::{Answer, Faults};
pub use node::SimNode;
pub use transaction::SignedTransaction;

/// A token of the simulated chain.
pub const TOKEN: &str = "0x700000000000000000000000000000000000070c";
/// The name of the native token.
pub const NATIVE: &str = "0x0000000000000000000000000000000000000000";
