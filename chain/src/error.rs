//! The errors of watching and sweeping.

use alloy::primitives::Address;

use crate::{node::NodeError, queue::QueueError};

/// A poll failed, as a whole or before its end. The next poll goes on from there.
#[derive(Debug, thiserror::Error)]
pub enum ChainError {
    /// No node could be used.
    #[error(transparent)]
    Node(#[from] NodeError),
    /// Stored items could not be read or written.
    #[error("the tables could not be used")]
    Store(#[from] shared::dynamo::StoreError),
    /// The queue did not take evidence.
    #[error("evidence could not be sent to the queue")]
    Queue(#[source] QueueError),
    /// Gas cannot be paid for. Orders wait until it can.
    #[error("the gas wallet {0} has too little of the native token for the next sweep: fund it")]
    GasWalletEmpty(Address),
    /// Nothing can be swept on this chain.
    #[error("there is no factory at {0} on this chain: deploy it (contracts/README.md)")]
    NoFactory(Address),
    /// Nodes disagree on what is final, and there is no majority. Nothing is confirmed until they agree.
    #[error("the chain's nodes contradict each other")]
    Contradiction,
    /// Another worker has taken the chain over.
    #[error("lost the chain's lease to another worker")]
    LeaseLost,
}
