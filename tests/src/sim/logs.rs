//! The logs of blocks, as nodes show and filter them.

use std::collections::HashSet;

use alloy::{
    primitives::{Address, Bytes, LogData, U256},
    sol_types::SolEvent as _,
};
use serde_json::{Value, json};

use super::{
    NATIVE,
    block::{Block, Mined, Payment},
    contracts::{FlushFailed, Flushed, Transfer, factory},
    text::{hex, lower},
};

/// The position of the first log of a signed transaction; those of payments come before.
const FIRST_OF_SIGNED: usize = 1000;

/// A log.
#[derive(Debug, Clone)]
pub(super) struct Log {
    pub(super) transaction: String,
    emitter: String,
    content: LogData,
    index: usize,
}

/// A question for logs, beside its range of blocks.
pub(super) struct LogFilter<'a> {
    emitters: HashSet<&'a str>,
    topics: Vec<HashSet<&'a str>>,
}

impl Log {
    /// The log of a token's payment at this position of its block.
    pub(super) fn of_payment(index: usize, payment: &Payment) -> Self {
        let (from, to) = (address(&payment.from), address(&payment.to));
        let content = Transfer { from, to, amount: U256::from(payment.amount) }.encode_log_data();
        Self { transaction: payment.hash.clone(), emitter: payment.token.clone(), content, index }
    }

    /// The logs of a block's signed transactions.
    pub(super) fn of_signed(block: &Block) -> Vec<Self> {
        let logs = block.mined.iter().flat_map(|mined| {
            contents(mined).into_iter().map(move |(emitter, content)| (mined, emitter, content))
        });
        let numbered = logs.zip(FIRST_OF_SIGNED..).map(|((mined, emitter, content), index)| Self {
            transaction: mined.transaction.hash.clone(),
            emitter,
            content,
            index,
        });
        numbered.collect()
    }

    pub(super) fn show(&self, block: &Block) -> Value {
        json!({
            "address": self.emitter, "topics": self.content.topics(), "data": self.content.data,
            "removed": false, "blockNumber": hex(block.number), "blockHash": block.hash,
            "transactionHash": self.transaction, "transactionIndex": hex(self.index as u64),
            "logIndex": hex(self.index as u64),
        })
    }
}

impl<'a> LogFilter<'a> {
    pub(super) fn read(filter: &'a Value) -> Self {
        let topics = filter["topics"].as_array().into_iter().flatten().map(words).collect();
        Self { emitters: words(&filter["address"]), topics }
    }

    pub(super) fn matches(&self, log: &Log) -> bool {
        let topics = log.content.topics().iter().map(ToString::to_string);
        let mut pairs = self.topics.iter().zip(topics);
        self.topics.len() <= log.content.topics().len()
            && (self.emitters.is_empty() || self.emitters.contains(log.emitter.as_str()))
            && pairs.all(|(wanted, topic)| wanted.is_empty() || wanted.contains(topic.as_str()))
    }

    /// The length of its longest list of topics.
    pub(super) fn longest_list(&self) -> usize {
        self.topics.iter().map(HashSet::len).max().unwrap_or_default()
    }
}

/// The logs of a transaction: of each sweep, and of those that failed.
fn contents(mined: &Mined) -> Vec<(String, LogData)> {
    let mut logs = Vec::new();
    for swept in &mined.swept {
        let (from, to, amount) =
            (address(&swept.forwarder), address(&swept.recipient), U256::from(swept.amount));
        if swept.token != NATIVE {
            logs.push((swept.token.clone(), Transfer { from, to, amount }.encode_log_data()));
        }
        let flushed = Flushed { token: address(&swept.token), recipient: to, amount };
        logs.push((swept.forwarder.clone(), flushed.encode_log_data()));
    }
    for order in &mined.failed {
        let (salt, recipient, token) = (order.salt, order.recipient, order.token);
        let failed = FlushFailed { salt, recipient, token, reason: Bytes::new() };
        logs.push((lower(factory()), failed.encode_log_data()));
    }
    logs
}

/// The entries of a filter's list; a single one may come without a list.
fn words(value: &Value) -> HashSet<&str> {
    match value {
        Value::String(one) => HashSet::from([one.as_str()]),
        Value::Array(several) => several.iter().filter_map(Value::as_str).collect(),
        _ => HashSet::new(),
    }
}

fn address(text: &str) -> Address {
    text.parse().unwrap()
}
