//! One node of a chain, over Ethereum's JSON-RPC.

mod answers;
mod error;
mod health;

use std::{ops::RangeInclusive, sync::Arc, time::Duration};

use alloy::{
    primitives::{Address, B256, Bytes, U64, U128, U256},
    rpc::{
        client::RpcClient,
        json_rpc::{RpcRecv, RpcSend},
        types::{Filter, Log},
    },
};
use futures_util::future::try_join_all;
use serde_json::json;
use shared::chains::{Chain, Confirmations, FinalityTag};

pub(crate) use answers::{Block, FullBlock, Receipt};
pub use error::NodeError;
pub(crate) use error::NodeResult;
use error::node_error;
use health::Health;

use crate::abi::{FLUSHED, TRANSFER};

/// A node.
#[derive(Debug, Clone)]
pub struct Node {
    rpc: RpcClient,
    health: Arc<Health>,
}

/// A question for logs, most of them of some addresses.
#[derive(Debug, Clone)]
pub(crate) enum LogQuery {
    /// `Transfer`s to them of these tokens; `None` for those of all.
    Transfers(Option<Vec<Address>>),
    /// The same to whomever, for more addresses than a few questions can list.
    TransfersToAll(Option<Vec<Address>>),
    /// `Flushed` by them, as forwarders, for this token; zero is the native one.
    Sweeps(Address),
}

impl Node {
    /// The number of requests that are on their way to one node at the same time.
    pub(crate) const AT_ONCE: usize = 16;

    /// The node of `chain` at `url`, the one with `index` among its nodes.
    ///
    /// # Errors
    /// A URL that cannot be read, or certificates of this machine that cannot be used.
    pub fn new(
        url: &str,
        chain: &Chain,
        index: usize,
    ) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        let url = url.parse().map_err(|_| "an RPC URL cannot be read")?;
        let timeout = Duration::from_millis(chain.rpc_timeout_millis);
        let name = format!("{}, node {} of {}", chain.name, index + 1, chain.rpc.len());
        use_ring();
        let http = reqwest::Client::builder()
            .timeout(timeout)
            .connect_timeout(timeout)
            .redirect(reqwest::redirect::Policy::none())
            .build()?;
        Ok(Self { rpc: RpcClient::new_http_with_client(http, url), health: Arc::new(Health::new(name)) })
    }

    /// The id of the chain that the node is of.
    pub(crate) async fn chain_id(&self) -> NodeResult<u64> {
        self.ask::<_, U64>("eth_chainId", ()).await.map(|id| id.to())
    }

    /// The newest block.
    pub(crate) async fn head(&self) -> NodeResult<Block> {
        self.known_tag("latest").await
    }

    /// The newest block that is final, given the newest of all; `None` while there is none.
    pub(crate) async fn final_block(
        &self,
        head: &Block,
        confirmations: Confirmations,
    ) -> NodeResult<Option<Block>> {
        match confirmations {
            Confirmations::Depth(depth) => match head.number().checked_sub(depth) {
                Some(number) => self.block(number).await,
                None => Ok(None),
            },
            Confirmations::Tag(FinalityTag::Safe) => self.known_tag("safe").await.map(Some),
            Confirmations::Tag(FinalityTag::Finalized) => self.known_tag("finalized").await.map(Some),
        }
    }

    async fn known_tag(&self, tag: &'static str) -> NodeResult<Block> {
        let block: Option<Block> = self.ask("eth_getBlockByNumber", (tag, false)).await?;
        block.ok_or(NodeError::Inconsistent("a tag such as safe or latest names no block"))
    }

    /// The block of this number, if the node has it.
    pub(crate) async fn block(&self, number: u64) -> NodeResult<Option<Block>> {
        let block: Option<Block> = self.ask("eth_getBlockByNumber", (U64::from(number), false)).await?;
        match block {
            Some(block) if block.number() != number => {
                Err(NodeError::Inconsistent("a block has another number than was asked for"))
            }
            block => Ok(block),
        }
    }

    /// The blocks of these numbers, each on top of the one before.
    pub(crate) async fn full_blocks(&self, range: RangeInclusive<u64>) -> NodeResult<Vec<FullBlock>> {
        let numbers: Vec<_> = range.collect();
        let mut blocks: Vec<FullBlock> = Vec::with_capacity(numbers.len());
        for some in numbers.chunks(Self::AT_ONCE) {
            let asked = some.iter().map(|number| {
                self.ask::<_, Option<FullBlock>>("eth_getBlockByNumber", (U64::from(*number), true))
            });
            for (number, block) in some.iter().zip(try_join_all(asked).await?) {
                let block = block.ok_or(NodeError::Inconsistent("a block below the head is missing"))?;
                let fits = blocks.last().is_none_or(|below| below.header.hash == block.header.parent_hash);
                if !fits || block.header.number() != *number {
                    return Err(NodeError::Inconsistent("a block is not on top of the one before"));
                }
                blocks.push(block);
            }
        }
        Ok(blocks)
    }

    /// The logs that `query` asks for in these blocks.
    pub(crate) async fn logs_of(
        &self,
        query: &LogQuery,
        range: &RangeInclusive<u64>,
        addresses: &[Address],
    ) -> NodeResult<Vec<Log>> {
        let filter = match query {
            LogQuery::Transfers(tokens) => {
                let recipients: Vec<B256> = addresses.iter().map(Address::into_word).collect();
                transfers(tokens.as_ref()).topic2(recipients)
            }
            LogQuery::TransfersToAll(tokens) => transfers(tokens.as_ref()),
            LogQuery::Sweeps(token) => {
                let filter = Filter::new().address(addresses.to_vec());
                filter.event_signature(FLUSHED).topic1(token.into_word())
            }
        };
        self.ask("eth_getLogs", (filter.from_block(*range.start()).to_block(*range.end()),)).await
    }

    /// The receipt of a transaction, once it is in a block.
    pub(crate) async fn receipt(&self, transaction: B256) -> NodeResult<Option<Receipt>> {
        self.ask("eth_getTransactionReceipt", (transaction,)).await
    }

    /// The number of transactions that `account` had sent up to and including `block`.
    pub(crate) async fn nonce(&self, account: Address, block: u64) -> NodeResult<u64> {
        let count: U64 = self.ask("eth_getTransactionCount", (account, U64::from(block))).await?;
        Ok(count.to())
    }

    /// The amount of the native token that `account` had after `block`.
    pub(crate) async fn balance_at(&self, account: Address, block: u64) -> NodeResult<U256> {
        self.ask("eth_getBalance", (account, U64::from(block))).await
    }

    /// The amount of the native token that `account` has.
    pub(crate) async fn balance(&self, account: Address) -> NodeResult<U256> {
        self.ask("eth_getBalance", (account, "latest")).await
    }

    /// The answer of a call at the newest block. [`NodeError::Reverted`] where it would fail.
    pub(crate) async fn call(&self, from: Address, to: Address, data: &[u8]) -> NodeResult<Bytes> {
        let call = json!({"from": from, "to": to, "data": Bytes::copy_from_slice(data)});
        self.ask("eth_call", (call, "latest")).await
    }

    /// The same, with so much gas.
    pub(crate) async fn call_within(
        &self,
        from: Address,
        to: Address,
        data: &[u8],
        gas: u64,
    ) -> NodeResult<Bytes> {
        let data = Bytes::copy_from_slice(data);
        let call = json!({"from": from, "to": to, "data": data, "gas": U64::from(gas)});
        self.ask("eth_call", (call, "latest")).await
    }

    /// A contract's code.
    pub(crate) async fn code(&self, contract: Address) -> NodeResult<Bytes> {
        self.ask("eth_getCode", (contract, "latest")).await
    }

    /// The gas that a call would need at the newest block. [`NodeError::Reverted`] where it would fail.
    pub(crate) async fn estimate_gas(&self, from: Address, to: Address, data: &Bytes) -> NodeResult<u64> {
        let gas: U64 = self.ask("eth_estimateGas", (json!({"from": from, "to": to, "data": data}),)).await?;
        Ok(gas.to())
    }

    /// The tip that the chain thinks fair, in wei for a unit of gas.
    pub(crate) async fn tip(&self) -> NodeResult<u128> {
        self.ask::<_, U128>("eth_maxPriorityFeePerGas", ()).await.map(|tip| tip.to())
    }

    /// Sends a signed transaction.
    pub(crate) async fn send(&self, transaction: &Bytes) -> NodeResult<B256> {
        self.ask("eth_sendRawTransaction", (transaction,)).await
    }

    async fn ask<P: RpcSend, R: RpcRecv>(&self, method: &'static str, params: P) -> NodeResult<R> {
        let answer = self.rpc.request(method, params).await.map_err(|error| node_error(method, &error));
        match &answer {
            Ok(_) => self.health.answered(),
            Err(error) => self.health.failed(error),
        }
        answer
    }
}

/// The `Transfer`s of these tokens; of all for `None`.
fn transfers(tokens: Option<&Vec<Address>>) -> Filter {
    let filter = Filter::new().event_signature(TRANSFER);
    tokens.iter().fold(filter, |filter, tokens| filter.address((*tokens).clone()))
}

/// Has TLS use ring in this process, as the AWS SDK does here, and so one implementation of it. Without
/// this, reqwest builds no client.
pub fn use_ring() {
    // Only the first to choose succeeds.
    let _ = rustls::crypto::ring::default_provider().install_default();
}
