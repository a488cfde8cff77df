//! A simulated EVM chain, and nodes that serve it over JSON-RPC and misbehave when they are told to.
//!
//! Nothing is executed: a block is a list of payments. That is all that a watcher of deposits looks at, and
//! it makes every reorganisation and every fault of a node a matter of one line.

mod chain;
mod faults;
mod node;
mod rpc;

pub use chain::{Block, Payment, SimChain};
pub use faults::{Answer, Faults};
pub use node::SimNode;

/// A token of the simulated chain.
pub const TOKEN: &str = "0x700000000000000000000000000000000000070c";
/// How chains name their native token.
pub const NATIVE: &str = "0x0000000000000000000000000000000000000000";
