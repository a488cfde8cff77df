//! What a node answers: Ethereum's JSON-RPC, as far as watching and settling ask for it.

use std::{collections::HashSet, sync::Arc};

use serde_json::{Value, json};

use super::{Block, Faults, Payment, SimChain};

/// `Transfer(address,address,uint256)`
const TRANSFER: &str = "0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef";
/// How many blocks are on top of one that is safe, and of one that is finalized.
const SAFE: u64 = 4;
const FINALIZED: u64 = 8;

/// A chain as one node sees it.
pub(super) struct View<'a> {
    pub(super) chain: &'a SimChain,
    pub(super) faults: &'a Faults,
    pub(super) chain_id: u64,
}

impl View<'_> {
    pub(super) fn answer(&self, method: &str, params: &Value) -> Result<Value, String> {
        Ok(match method {
            "eth_chainId" => hex(self.chain_id),
            "eth_getBlockByNumber" => {
                let block = self.number(&params[0]).and_then(|number| self.block(number));
                block.map_or(Value::Null, |block| self.show(&block, params[1] == true))
            }
            "eth_getLogs" => self.logs(&params[0])?,
            "eth_getTransactionReceipt" => self.receipt(params[0].as_str().unwrap_or_default()),
            "eth_getTransactionCount" | "eth_getBalance" => hex(0),
            _ => return Err(format!("the method {method} does not exist")),
        })
    }

    fn head(&self) -> u64 {
        self.chain.head().saturating_sub(self.faults.lag)
    }

    fn number(&self, tag: &Value) -> Option<u64> {
        match tag.as_str()? {
            "latest" => Some(self.head()),
            "safe" => self.head().checked_sub(SAFE),
            "finalized" => self.head().checked_sub(FINALIZED),
            number => u64::from_str_radix(number.strip_prefix("0x")?, 16).ok(),
        }
    }

    fn block(&self, number: u64) -> Option<Arc<Block>> {
        self.chain.block(number).filter(|block| block.number <= self.head())
    }

    /// A block's payments with the positions of their logs, as this node has them.
    fn payments<'b>(&'b self, block: &'b Block) -> impl Iterator<Item = (usize, &'b Payment)> {
        let invented = self.faults.invented.iter().filter(|(number, _)| *number == block.number);
        let all = block.payments.iter().chain(invented.map(|(_, payment)| payment)).enumerate();
        let told = all.filter(|(_, payment)| !self.faults.hidden.contains(&payment.hash));
        told.map(|(index, payment)| (index, self.faults.changed.get(&payment.hash).unwrap_or(payment)))
    }

    fn show(&self, block: &Block, whole: bool) -> Value {
        let transactions = self.payments(block).map(|(_, payment)| match whole {
            true => transaction(payment),
            false => json!(payment.hash),
        });
        json!({
            "number": hex(block.number), "hash": block.hash, "parentHash": block.parent,
            "timestamp": hex(block.time), "baseFeePerGas": "0x7",
            "transactions": transactions.collect::<Vec<_>>(),
        })
    }

    fn logs(&self, filter: &Value) -> Result<Value, String> {
        let number = |name: &str| self.number(&filter[name]).ok_or_else(|| format!("no {name}"));
        let (from, to) = (number("fromBlock")?, number("toBlock")?);
        let recipients = words(&filter["topics"][2]);
        if self.faults.max_log_blocks.is_some_and(|most| to + 1 - from > most) {
            return Err("query exceeds the range of blocks".to_owned());
        }
        if self.faults.max_log_addresses.is_some_and(|most| recipients.len() > most) {
            return Err("query has too many topics".to_owned());
        }
        let tokens = words(&filter["address"]);
        let is_asked_for = |payment: &Payment| {
            !payment.is_native()
                && (tokens.is_empty() || tokens.contains(payment.token.as_str()))
                && recipients.contains(word(&payment.to).as_str())
                && !self.faults.hidden_logs.contains(&payment.hash)
        };
        let mut logs = Vec::new();
        // Beyond its head a node finds nothing, and says so as if there were nothing.
        for block in self.chain.range(from, to.min(self.head())) {
            let found = self.payments(&block).filter(|(_, payment)| is_asked_for(payment));
            logs.extend(found.map(|(index, payment)| log(&block, index, payment)));
        }
        Ok(logs.into())
    }

    fn receipt(&self, hash: &str) -> Value {
        // The newest first: what is asked for is seldom old.
        for block in self.chain.range(0, self.head()).into_iter().rev() {
            let found = self.payments(&block).find(|(_, payment)| payment.hash == hash);
            if let Some((index, payment)) = found {
                let logs = if payment.is_native() { vec![] } else { vec![log(&block, index, payment)] };
                return json!({
                    "status": "0x1", "transactionHash": hash, "blockHash": block.hash,
                    "blockNumber": hex(block.number), "logs": logs,
                });
            }
        }
        Value::Null
    }
}

fn transaction(payment: &Payment) -> Value {
    let (to, value) = match payment.is_native() {
        true => (&payment.to, payment.amount),
        false => (&payment.token, 0),
    };
    json!({"hash": payment.hash, "from": payment.from, "to": to, "value": format!("{value:#x}")})
}

fn log(block: &Block, index: usize, payment: &Payment) -> Value {
    json!({
        "address": payment.token, "topics": [TRANSFER, word(&payment.from), word(&payment.to)],
        "data": format!("0x{:064x}", payment.amount), "removed": false,
        "blockNumber": hex(block.number), "blockHash": block.hash,
        "transactionHash": payment.hash, "transactionIndex": hex(index as u64), "logIndex": hex(index as u64),
    })
}

/// What a filter lists; it may name a single one without a list.
fn words(value: &Value) -> HashSet<&str> {
    match value {
        Value::String(one) => HashSet::from([one.as_str()]),
        Value::Array(several) => several.iter().filter_map(Value::as_str).collect(),
        _ => HashSet::new(),
    }
}

fn word(address: &str) -> String {
    format!("0x{:0>64}", &address[2..])
}

fn hex(number: u64) -> Value {
    format!("{number:#x}").into()
}
