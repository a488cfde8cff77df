//! One node of a chain, over Ethereum's JSON-RPC.

use std::{ops::RangeInclusive, time::Duration};

use alloy::{
    primitives::{Address, B256, Bytes, U64, U128, U256},
    rpc::{
        client::RpcClient,
        json_rpc::{RpcError, RpcRecv, RpcSend},
        types::{Filter, Log},
    },
    transports::{TransportError, TransportErrorKind},
};
use futures_util::future::try_join_all;
use serde::Deserialize;
use serde_json::json;
use shared::model::{Confirmations, FinalityTag, Timestamp};

use crate::TRANSFER;

/// A node.
#[derive(Debug, Clone)]
pub struct Node {
    rpc: RpcClient,
}

/// A block's header, as far as it matters here.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Block {
    number: U64,
    /// Its hash.
    pub hash: B256,
    /// The hash of the block below.
    pub parent_hash: B256,
    timestamp: U64,
    base_fee_per_gas: Option<U128>,
}

/// A block with its transactions.
#[derive(Debug, Clone, Deserialize)]
pub struct FullBlock {
    /// The header.
    #[serde(flatten)]
    pub header: Block,
    /// What is in it.
    pub transactions: Vec<Transaction>,
}

/// A transaction, as far as it matters here; those that only some chains know included.
#[derive(Debug, Clone, Deserialize)]
pub struct Transaction {
    /// Its hash.
    pub hash: B256,
    /// Who sent it.
    pub from: Address,
    /// Whom it calls; `None` where it makes a contract.
    pub to: Option<Address>,
    /// How much of the native token it carries.
    pub value: U256,
}

/// What became of a transaction.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Receipt {
    status: Option<U64>,
    /// The transaction.
    pub transaction_hash: B256,
    /// The block that it is in.
    pub block_hash: B256,
    block_number: U64,
    /// What it told.
    pub logs: Vec<Log>,
}

/// Why a node gave no answer that can be used. Never says the node's URL, which may hold an access key.
#[derive(Debug, thiserror::Error)]
pub enum NodeError {
    /// It answered that it does not do this.
    #[error("the node refused {method}: {message}")]
    Refused {
        /// What was asked.
        method: &'static str,
        /// Its reason.
        message: String,
    },
    /// It gave no answer, or none that can be read.
    #[error("the node did not answer {method}: {reason}")]
    Failed {
        /// What was asked.
        method: &'static str,
        /// What came instead.
        reason: String,
    },
    /// Its answers do not fit together: it lags, lies, or reorganises at this moment.
    #[error("the node's answers do not fit together: {0}")]
    Inconsistent(&'static str),
    /// It has other blocks than another node.
    #[error("the node is on another fork")]
    OtherFork,
}

/// Short for a result with [`NodeError`].
pub(crate) type NodeResult<T> = Result<T, NodeError>;

impl Block {
    /// How many blocks are below it.
    pub fn number(&self) -> u64 {
        self.number.to()
    }

    /// Its own time.
    pub fn time(&self) -> Timestamp {
        Timestamp::from_millis(i64::try_from(self.timestamp.to::<u64>()).unwrap_or(i64::MAX / 1000) * 1000)
    }

    /// What a unit of gas costs in it before tips, in wei; nothing on chains without such a price.
    pub fn base_fee(&self) -> u128 {
        self.base_fee_per_gas.map_or(0, |fee| fee.to())
    }
}

impl Receipt {
    /// Whether the transaction did what it was to do.
    pub fn succeeded(&self) -> bool {
        self.status == Some(U64::from(1))
    }

    /// The number of the block that it is in.
    pub fn block_number(&self) -> u64 {
        self.block_number.to()
    }
}

impl Node {
    /// How many requests are on their way to one node at the same time.
    pub(crate) const AT_ONCE: usize = 16;

    /// The node at `url`, which gets `timeout` for each answer.
    ///
    /// # Errors
    /// What is wrong with the URL, or with the machine's certificates.
    pub fn new(url: &str, timeout: Duration) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        let url = url.parse().map_err(|_| "an RPC URL cannot be read")?;
        use_ring();
        let http = reqwest::Client::builder()
            .timeout(timeout)
            .connect_timeout(timeout)
            .redirect(reqwest::redirect::Policy::none())
            .build()?;
        Ok(Self { rpc: RpcClient::new_http_with_client(http, url) })
    }

    /// The id of the chain that the node is of.
    pub async fn chain_id(&self) -> NodeResult<u64> {
        self.ask::<_, U64>("eth_chainId", ()).await.map(|id| id.to())
    }

    /// The newest block.
    pub async fn head(&self) -> NodeResult<Block> {
        self.tagged("latest").await?.ok_or(NodeError::Inconsistent("there is no latest block"))
    }

    /// The newest block that counts as final, given the newest one; `None` while there is none.
    pub async fn final_block(&self, head: &Block, confirmations: Confirmations) -> NodeResult<Option<Block>> {
        match confirmations {
            Confirmations::Depth(depth) => match head.number().checked_sub(depth) {
                Some(number) => self.block(number).await,
                None => Ok(None),
            },
            Confirmations::Tag(FinalityTag::Safe) => self.tagged("safe").await,
            Confirmations::Tag(FinalityTag::Finalized) => self.tagged("finalized").await,
        }
    }

    async fn tagged(&self, tag: &'static str) -> NodeResult<Option<Block>> {
        self.ask("eth_getBlockByNumber", (tag, false)).await
    }

    /// The block of this number, if the node has it.
    pub async fn block(&self, number: u64) -> NodeResult<Option<Block>> {
        let block: Option<Block> = self.ask("eth_getBlockByNumber", (U64::from(number), false)).await?;
        match block {
            Some(block) if block.number() != number => {
                Err(NodeError::Inconsistent("a block has another number than was asked for"))
            }
            block => Ok(block),
        }
    }

    /// The blocks of these numbers, each on top of the one before.
    pub async fn full_blocks(&self, range: RangeInclusive<u64>) -> NodeResult<Vec<FullBlock>> {
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

    /// The `Transfer`s to `recipients` in these blocks, of `tokens` or, where those are `None`, of any.
    pub async fn transfers(
        &self,
        range: &RangeInclusive<u64>,
        tokens: Option<&[Address]>,
        recipients: &[Address],
    ) -> NodeResult<Vec<Log>> {
        let recipients: Vec<B256> = recipients.iter().map(Address::into_word).collect();
        let mut filter = Filter::new().event_signature(TRANSFER).topic2(recipients);
        if let Some(tokens) = tokens {
            filter = filter.address(tokens.to_vec());
        }
        self.logs(filter, range).await
    }

    /// What `emitter` told under `event` since block `from`.
    pub async fn events_of(&self, emitter: Address, event: B256, from: u64, to: u64) -> NodeResult<Vec<Log>> {
        self.logs(Filter::new().address(emitter).event_signature(event), &(from..=to)).await
    }

    async fn logs(&self, filter: Filter, range: &RangeInclusive<u64>) -> NodeResult<Vec<Log>> {
        self.ask("eth_getLogs", (filter.from_block(*range.start()).to_block(*range.end()),)).await
    }

    /// What became of a transaction, once it is in a block.
    pub async fn receipt(&self, transaction: B256) -> NodeResult<Option<Receipt>> {
        self.ask("eth_getTransactionReceipt", (transaction,)).await
    }

    /// How many transactions `account` had sent up to and including `block`.
    pub async fn nonce(&self, account: Address, block: u64) -> NodeResult<u64> {
        let count: U64 = self.ask("eth_getTransactionCount", (account, U64::from(block))).await?;
        Ok(count.to())
    }

    /// How much of the native token `account` has.
    pub async fn balance(&self, account: Address) -> NodeResult<U256> {
        self.ask("eth_getBalance", (account, "latest")).await
    }

    /// What a call would answer at the newest block. [`NodeError::Refused`] where it would revert.
    pub async fn call(&self, from: Address, to: Address, data: &[u8]) -> NodeResult<Bytes> {
        let call = json!({"from": from, "to": to, "data": Bytes::copy_from_slice(data)});
        self.ask("eth_call", (call, "latest")).await
    }

    /// How much gas a call would need at the newest block. [`NodeError::Refused`] where it would revert.
    pub async fn estimate_gas(&self, from: Address, to: Address, data: &Bytes) -> NodeResult<u64> {
        let gas: U64 = self.ask("eth_estimateGas", (json!({"from": from, "to": to, "data": data}),)).await?;
        Ok(gas.to())
    }

    /// What the chain thinks a fair tip, in wei for a unit of gas.
    pub async fn tip(&self) -> NodeResult<u128> {
        self.ask::<_, U128>("eth_maxPriorityFeePerGas", ()).await.map(|tip| tip.to())
    }

    /// Hands in a signed transaction.
    pub async fn send(&self, transaction: &Bytes) -> NodeResult<B256> {
        self.ask("eth_sendRawTransaction", (transaction,)).await
    }

    async fn ask<P: RpcSend, R: RpcRecv>(&self, method: &'static str, params: P) -> NodeResult<R> {
        self.rpc.request(method, params).await.map_err(|error| node_error(method, &error))
    }
}

/// Has TLS use ring in this process, as the AWS SDK does here, and so one implementation of it. Without
/// this, reqwest builds no client.
pub fn use_ring() {
    // Only the first to choose succeeds.
    let _ = rustls::crypto::ring::default_provider().install_default();
}

/// Keeps of an error what may be logged: reqwest's own text has the URL in it, and a body may be anything.
fn node_error(method: &'static str, error: &TransportError) -> NodeError {
    let failed = |reason: String| NodeError::Failed { method, reason };
    match error {
        RpcError::ErrorResp(refusal) => {
            NodeError::Refused { method, message: format!("{} ({})", refusal.message, refusal.code) }
        }
        RpcError::Transport(TransportErrorKind::HttpError(http)) if matches!(http.status, 400 | 413) => {
            NodeError::Refused { method, message: format!("HTTP status {}", http.status) }
        }
        RpcError::Transport(TransportErrorKind::HttpError(http)) => {
            failed(format!("HTTP status {}", http.status))
        }
        RpcError::Transport(_) => failed("no connection, or none that lasted".to_owned()),
        RpcError::DeserError { .. } | RpcError::NullResp => failed("an answer that is none".to_owned()),
        _ => failed("the request could not be made".to_owned()),
    }
}
