//! The chains on which payments are watched and swept, and the orders that they can carry.

use std::{collections::BTreeMap, fmt};

use serde::{Deserialize, Serialize};

use crate::{
    chains::token::{TokenDescription, built_in},
    kernel::{Address, ChainId},
};

/// The configured chains. Without any, orders are accepted for every chain, and evidence of their payments comes from
/// elsewhere.
#[derive(Debug, Clone, Default)]
pub struct Chains(pub(crate) BTreeMap<ChainId, Chain>);

/// A chain that is watched.
#[derive(Debug, Clone)]
pub struct Chain {
    /// Its EVM chain id.
    pub id: ChainId,
    /// Its name.
    pub name: String,
    /// The base URL of its block explorer.
    pub explorer: Option<String>,
    /// The URL of a node that buyers' wallets may use, when the buyer adds the chain to a wallet. Everyone sees it.
    pub public_rpc: Option<String>,
    /// Its nodes, most preferred first.
    pub rpc: Vec<RpcUrl>,
    /// The tokens that orders may ask for, besides the native one.
    pub tokens: Tokens,
    /// The tokens that the document describes.
    pub(crate) described: Vec<(Address, TokenDescription)>,
    /// The way to find deposits of the native token.
    pub native: NativeDeposits,
    /// The condition for a final deposit.
    pub confirmations: Confirmations,
    /// The least detection window of orders on this chain, in milliseconds.
    pub detection_window_millis: i64,
    /// The time from one poll to the next, in milliseconds.
    pub poll_millis: u64,
    /// The longest time that a node may take for an answer, in milliseconds.
    pub rpc_timeout_millis: u64,
    /// The most blocks for one `eth_getLogs`.
    pub max_log_blocks: u64,
    /// The most addresses for one `eth_getLogs`.
    pub max_log_addresses: usize,
    /// The most that a sweep may pay for a unit of gas, tip included, in wei.
    pub max_fee_per_gas: u128,
    /// The most gas for sweeping one order, its forwarder's deployment included.
    pub flush_gas: u64,
    /// The most orders in one batch.
    pub max_batch: usize,
}

/// A node's URL, or the name of the parameter that holds it. It often contains an access key, so it is never shown
/// whole.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct RpcUrl(String);

/// The tokens that are watched.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub enum Tokens {
    /// The listed ones.
    Listed(Vec<Address>),
    /// Every contract that emits a `Transfer`: for development chains only, since anybody can deploy such a contract.
    Any(AnyToken),
}

/// `"any"`
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AnyToken {
    /// The only value.
    Any,
}

/// The way to find deposits of the native token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NativeDeposits {
    /// None; orders cannot ask for it.
    Ignored,
    /// By the transactions of each block. Misses transfers by contracts.
    Transactions,
    /// Also by the balances of the addresses of orders that ask for it, which finds transfers by contracts too. Needs
    /// archive nodes, which know past balances, and two requests for each such order at each poll.
    Balances,
}

/// The condition for a final block, whose contents are confirmed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(untagged)]
pub enum Confirmations {
    /// This many blocks on top of it.
    Depth(u64),
    /// The node's tag.
    Tag(FinalityTag),
}

/// A block tag of the Ethereum JSON-RPC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FinalityTag {
    /// A reorganisation is unlikely.
    Safe,
    /// The chain has accepted it for good.
    Finalized,
}

impl Chains {
    /// Iterates over the chains, by id.
    pub fn iter(&self) -> impl Iterator<Item = &Chain> {
        self.0.values()
    }

    /// The chain with this id; `None` if it is not configured.
    pub fn get(&self, id: ChainId) -> Option<&Chain> {
        self.0.get(&id)
    }

    /// The rule that a chain must be a configured one, phrased to follow a field's name.
    pub fn rule(&self) -> String {
        let known: Vec<_> = self.iter().map(|chain| chain.id.number().to_string()).collect();
        format!("must be a chain that is configured on this server: {}", known.join(", "))
    }

    /// Returns true if no chain is configured.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns true if payments on this chain are watched.
    pub fn watches(&self, chain: ChainId) -> bool {
        self.0.contains_key(&chain)
    }

    /// The description of a token, from the document or built in; `None` if the token is unknown.
    pub fn describe(&self, chain: ChainId, address: &Address) -> Option<TokenDescription> {
        let mut described = self.get(chain).into_iter().flat_map(|chain| &chain.described);
        let found = described.find(|(described, _)| described == address);
        found.map(|(_, description)| description.clone()).or_else(|| built_in(chain, address))
    }

    /// The detection window of an order that can be paid on these chains, in milliseconds: the longest of theirs and
    /// the operator's `setting`.
    pub fn detection_window_millis(&self, chains: impl IntoIterator<Item = ChainId>, setting: i64) -> i64 {
        let configured = chains.into_iter().filter_map(|chain| self.get(chain));
        configured.map(|chain| chain.detection_window_millis).fold(setting, i64::max)
    }
}

impl Chain {
    /// Returns true if orders may be paid in `token`.
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
    /// The prefix of a URL that is stored in SSM's Parameter Store; the parameter's name follows.
    const PARAMETER: &str = "ssm:";

    /// The prefix of the parameters that the deployed functions may read.
    const FOLDER: &str = "ssm:/checkout-sessions/";

    /// The name of the SSM parameter that holds the URL; `None` if this is the URL itself.
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
