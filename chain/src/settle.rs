//! Passes on what has arrived: an order whose payment is confirmed is executed.
//!
//! With a purse, a key that pays for gas and can do nothing else, the forwarders of such orders are
//! flushed, many in one transaction, and the order is executed by that transaction's receipt. Without
//! one, the confirmed deposit executes the order: it is where nobody but the recipient can take it from.
//!
//! One transaction a chain is under way at a time, and it is written down, signed, before it is sent. So
//! a settler that dies at any point finds it again, a second one cannot use its nonce for another, and a
//! stuck one is replaced by one that pays more.

mod batch;
mod ready;
mod receipt;
#[cfg(test)]
mod stored_tests;

use std::time::Instant;

use alloy::{
    primitives::{Address, B256, Bytes},
    signers::local::PrivateKeySigner,
    sol,
};
use serde::{Deserialize, Serialize};
use shared::kernel::{BaseUnits, OrderId, Timestamp};

use crate::{
    node::{Block, Node, NodeError},
    store::Work,
    tools::{ChainError, Tools},
};

sol! {
    /// `contracts/src/ForwarderFactory.sol`
    interface ForwarderFactory {
        struct Order {
            bytes32 salt;
            address recipient;
            address token;
        }
        function addressOf(bytes32 salt, address recipient) external view returns (address);
        function flush(bytes32 salt, address recipient, address token) external;
        function flushMany(Order[] calldata orders, uint256 gasPerOrder) external;
    }

    /// `contracts/src/Forwarder.sol`
    #[derive(Debug)]
    event Flushed(address indexed token, address indexed recipient, uint256 amount);

    /// `contracts/src/ForwarderFactory.sol`
    #[derive(Debug)]
    event FlushFailed(
        bytes32 indexed salt, address indexed recipient, address indexed token, bytes reason
    );

    /// ERC-20
    function balanceOf(address account) external view returns (uint256);
}

/// Pays for gas.
#[derive(Debug, Clone)]
pub struct Purse {
    signer: PrivateKeySigner,
    factory: Address,
}

/// A key that cannot be used. Never says the key.
#[derive(Debug, thiserror::Error)]
#[error("the gas key must be a private key: 64 hex digits")]
pub struct BadKey;

/// Settles the orders of one chain.
#[derive(Debug)]
pub struct Settler {
    tools: Tools,
    purse: Option<Purse>,
}

/// What is under way.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Book {
    batch: Option<Batch>,
}

/// A transaction that flushes some orders.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Batch {
    /// Whose nonce it uses.
    from: Address,
    nonce: u64,
    gas_limit: u64,
    call: Bytes,
    orders: Vec<Flush>,
    /// Each that was signed for this nonce, with rising fees. At most one of them can ever be in the chain.
    signed: Vec<Signed>,
    /// When the last one was sent.
    sent_at: Timestamp,
}

/// One order's part of a transaction.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Flush {
    order_id: OrderId,
    forwarder: Address,
    recipient: Address,
    token: Address,
    /// What has arrived for it, as far as was known.
    #[serde(default)]
    paid: BaseUnits,
    /// The block in which that began.
    #[serde(default)]
    from_block: u64,
}

/// A signed transaction.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Signed {
    hash: B256,
    raw: Bytes,
    max_fee: u128,
    tip: u128,
}

/// A chain as one node tells of it during one look.
struct View {
    node: Node,
    head: Block,
    /// All nodes that answer, this one first, and their newest blocks.
    nodes: Vec<(Node, Block)>,
    /// The number of the last final block.
    last_final: u64,
    /// Whether no other node is left to be asked in this look.
    is_last: bool,
}

impl Purse {
    /// With a private key in hex and the address of the forwarders' factory.
    ///
    /// # Errors
    /// [`BadKey`].
    pub fn new(key: &str, factory: Address) -> Result<Self, BadKey> {
        Ok(Self { signer: key.trim().parse().map_err(|_| BadKey)?, factory })
    }

    /// The account that pays.
    pub fn account(&self) -> Address {
        self.signer.address()
    }
}

impl Settler {
    /// A settler, with a purse or without.
    pub fn new(tools: Tools, purse: Option<Purse>) -> Self {
        Self { tools, purse }
    }

    /// Settles again and again until `end`, then gives its lease back. Failures are logged.
    ///
    /// # Errors
    /// That of the last look.
    pub async fn run(&self, end: Instant) -> Result<(), ChainError> {
        loop {
            let looked = self.look().await;
            if !self.tools.rest(Work::Settle, &looked, end).await {
                return looked.map(drop);
            }
        }
    }

    /// Settles what can be settled now. `false`, and nothing is done, while another settler is at it.
    ///
    /// # Errors
    /// [`ChainError`].
    pub async fn look(&self) -> Result<bool, ChainError> {
        let mut failed = NodeError::Inconsistent("no node of this chain tells of its newest block");
        let nodes = self.tools.nodes_by_head().await;
        for position in 0..nodes.len() {
            let Some(book) = self.tools.acquire::<Book>(Work::Settle).await? else { return Ok(false) };
            let (mut nodes, is_last) = (nodes.clone(), position + 1 == nodes.len());
            nodes.rotate_left(position);
            let looked = tokio::select! {
                looked = self.work(nodes, is_last, book.unwrap_or_default()) => looked,
                lost = self.tools.keep_lease(Work::Settle) => Err(lost),
            };
            match looked {
                Ok(()) => return Ok(true),
                Err(ChainError::Node(error)) => failed = error,
                Err(error) => return Err(error),
            }
        }
        Err(failed.into())
    }

    /// Settles by what the first of these nodes tells.
    async fn work(&self, nodes: Vec<(Node, Block)>, is_last: bool, book: Book) -> Result<(), ChainError> {
        let Some((node, head)) = nodes.first().cloned() else { return Ok(()) };
        let last_final = node.final_block(&head, self.tools.chain.confirmations).await?;
        let last_final = last_final.map_or(0, |block| block.number());
        let view = View { node, head, nodes, last_final, is_last };
        if let Some(batch) = book.batch
            && !self.follow(&view, batch).await?
        {
            return Ok(());
        }
        let ready = self.tools.ready().await?;
        match &self.purse {
            None => self.tools.execute_confirmed(&ready).await,
            Some(purse) => self.flush(&view, purse, ready).await,
        }
    }
}
