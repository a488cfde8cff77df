//! The answers of a node: Ethereum's JSON-RPC, as far as watching and sweeping ask for it.

use std::sync::Arc;

use serde_json::{Value, json};

use super::{
    block::{Block, Mined, Payment},
    chain::SimChain,
    faults::Faults,
    logs::{Log, LogFilter},
    text::hex,
};

/// The number of blocks on top of one that is safe, and of one that is finalized.
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
            _ => {
                let unknown = || Err(format!("the method {method} does not exist"));
                return self.answer_sweeper(method, params).unwrap_or_else(unknown);
            }
        })
    }

    pub(super) fn head(&self) -> u64 {
        self.chain.head().saturating_sub(self.faults.lag)
    }

    pub(super) fn number(&self, tag: &Value) -> Option<u64> {
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
        let payments = self.payments(block).map(|(_, payment)| (&payment.hash, payment.show()));
        let mined = block.mined.iter().map(|mined| (&mined.transaction.hash, mined.show()));
        let transactions = payments.chain(mined).map(|(hash, shown)| if whole { shown } else { json!(hash) });
        json!({
            "number": hex(block.number), "hash": block.hash, "parentHash": block.parent,
            "timestamp": hex(block.time), "baseFeePerGas": format!("{:#x}", block.base_fee),
            "transactions": transactions.collect::<Vec<_>>(),
        })
    }

    /// The logs of a block, as this node has them.
    fn block_logs(&self, block: &Block) -> Vec<Log> {
        let payments = self.payments(block).filter(|(_, payment)| !payment.is_native());
        let of_payments = payments.map(|(index, payment)| Log::of_payment(index, payment));
        of_payments.chain(Log::of_signed(block)).collect()
    }

    fn logs(&self, filter: &Value) -> Result<Value, String> {
        let number = |name: &str| self.number(&filter[name]).ok_or_else(|| format!("no {name}"));
        let (from, to) = (number("fromBlock")?, number("toBlock")?);
        let filter = LogFilter::read(filter);
        if self.faults.max_log_blocks.is_some_and(|most| to + 1 - from > most) {
            return Err("query exceeds the range of blocks".to_owned());
        }
        if self.faults.max_log_addresses.is_some_and(|most| filter.longest_list() > most) {
            return Err("query has too many topics".to_owned());
        }
        let mut logs = Vec::new();
        // Beyond its head a node finds nothing, and says so as if there were nothing.
        for block in self.chain.range(from, to.min(self.head())) {
            let mut found = self.block_logs(&block);
            found.retain(|log| filter.matches(log) && !self.faults.hidden_logs.contains(&log.transaction));
            logs.extend(found.iter().map(|log| log.show(&block)));
        }
        if self.faults.max_logs.is_some_and(|most| logs.len() > most) {
            return Err("query returned more results than allowed".to_owned());
        }
        Ok(logs.into())
    }

    fn receipt(&self, hash: &str) -> Value {
        // The newest first: what is asked for is seldom old.
        for block in self.chain.range(0, self.head()).into_iter().rev() {
            let payment = self.payments(&block).find(|(_, payment)| payment.hash == hash).map(|_| true);
            let mut mined = block.mined.iter();
            let mined = mined.find(|mined| mined.transaction.hash == hash).map(|mined| mined.succeeded);
            if let Some(succeeded) = payment.or(mined) {
                let logs = self.block_logs(&block).into_iter().filter(|log| log.transaction == hash);
                return json!({
                    "status": hex(succeeded.into()), "transactionHash": hash, "blockHash": block.hash,
                    "blockNumber": hex(block.number),
                    "logs": logs.map(|log| log.show(&block)).collect::<Vec<_>>(),
                });
            }
        }
        Value::Null
    }
}

impl Payment {
    fn show(&self) -> Value {
        let (to, value) = match self.is_native() {
            true => (&self.to, self.amount),
            false => (&self.token, 0),
        };
        json!({"hash": self.hash, "from": self.from, "to": to, "value": format!("{value:#x}")})
    }
}

impl Mined {
    fn show(&self) -> Value {
        let signed = &self.transaction;
        json!({"hash": signed.hash, "from": signed.from, "to": signed.to, "value": "0x0"})
    }
}
