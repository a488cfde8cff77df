//! The chains on which payments are watched and settled, and which orders they can carry.

use std::{collections::BTreeMap, fmt};

use serde::Deserialize;

use crate::kernel::{Address, ChainId};

/// The configured chains. Without any, orders are taken for every chain and their payments are told of
/// by others.
#[derive(Debug, Clone, Default)]
pub struct Chains(pub(crate) BTreeMap<ChainId, Chain>);

/// A chain that is watched.
#[derive(Debug, Clone)]
pub struct Chain {
    /// Its EVM chain id.
    pub id: ChainId,
    /// Its name, for logs.
    pub name: String,
    /// Its nodes, in order of preference.
    pub rpc: Vec<RpcUrl>,
    /// The tokens that orders may ask for, beside the native one.
    pub tokens: Tokens,
    /// How deposits of the native token are found.
    pub native: NativeDeposits,
    /// When a deposit is final.
    pub confirmations: Confirmations,
    /// The time from one look at the chain to the next, in milliseconds.
    pub poll_millis: u64,
    /// The longest time that a node may take for an answer, in milliseconds.
    pub rpc_timeout_millis: u64,
    /// The most blocks that one `eth_getLogs` asks for.
    pub max_log_blocks: u64,
    /// The most addresses that one `eth_getLogs` asks for.
    pub max_log_addresses: usize,
    /// The most that settling may pay for a unit of gas, tip included, in wei.
    pub max_fee_per_gas: u128,
    /// What flushing one order may spend, its forwarder's deployment included, in gas.
    pub flush_gas: u64,
    /// The most orders that one transaction flushes.
    pub max_batch: usize,
}

/// A node's URL, or where it is kept. Often it has an access key in it, so it is never shown whole.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct RpcUrl(String);

/// Which tokens are watched.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub enum Tokens {
    /// These.
    Listed(Vec<Address>),
    /// Every one that emits a `Transfer`: for development chains, since anybody can make such a token.
    Any(AnyToken),
}

/// `"any"`
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AnyToken {
    /// The only value.
    Any,
}

/// How deposits of the native token are found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NativeDeposits {
    /// Not at all; orders cannot ask for it.
    Ignored,
    /// Among the transactions of each block. Does not see what a contract sends on.
    Transactions,
    /// Also from the balances of the addresses of orders that ask for it, so that what a contract sends on
    /// is seen too. Needs nodes that know the balances of some time ago (archives), and two requests for
    /// each such order at each look.
    Balances,
}

/// When a block is final: what it holds counts as confirmed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub enum Confirmations {
    /// Once so many blocks are on top of it.
    Depth(u64),
    /// Once the node says so.
    Tag(FinalityTag),
}

/// A block tag of the Ethereum JSON-RPC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FinalityTag {
    /// Unlikely to be reorganised.
    Safe,
    /// Accepted by the chain for good.
    Finalized,
}

impl Chains {
    /// Each chain.
    pub fn iter(&self) -> impl Iterator<Item = &Chain> {
        self.0.values()
    }

    /// A chain; `None` where it is not configured.
    pub fn get(&self, id: ChainId) -> Option<&Chain> {
        self.0.get(&id)
    }

    /// Whether no chain is configured.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether payments of this chain are watched.
    pub fn watches(&self, chain: ChainId) -> bool {
        self.0.contains_key(&chain)
    }
}

impl Chain {
    /// Whether orders may be paid in `token`.
    pub fn carries(&self, token: &Address) -> bool {
        if token.is_native_token() {
            return self.native != NativeDeposits::Ignored;
        }
        match &self.tokens {
            Tokens::Any(_) => true,
            Tokens::Listed(tokens) => tokens.contains(token),
        }
    }
}

impl RpcUrl {
    /// What URLs that are kept in SSM's Parameter Store begin with here, before the parameter's name.
    const PARAMETER: &str = "ssm:";

    /// What the names of parameters begin with that the deployed functions may read.
    const FOLDER: &str = "ssm:/checkout-sessions/";

    /// The name of the SSM parameter that holds the URL; `None` where this is the URL itself.
    pub fn parameter(&self) -> Option<&str> {
        self.0.strip_prefix(Self::PARAMETER)
    }

    /// The URL, or `ssm:` and the name of the parameter that holds it.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub(crate) fn is_valid(&self) -> bool {
        ["http://", "https://", Self::FOLDER].iter().any(|start| {
            self.0.strip_prefix(start).is_some_and(|rest| !rest.is_empty() && !rest.contains(' '))
        })
    }
}

impl fmt::Debug for RpcUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RpcUrl(…)")
    }
}

#[cfg(test)]
#[path = "chain_tests.rs"]
mod tests;
