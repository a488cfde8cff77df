//! Calls of contracts, and transactions that are handed in.

use alloy::{
    primitives::{Address, Bytes},
    sol_types::SolCall as _,
};
use serde_json::{Value, json};

use super::{
    NATIVE,
    contracts::{self, BatchCall, addressOfCall, balanceOfCall, flushCall, forwarder},
    rpc::View,
    text::{hex, lower},
    transaction::SignedTransaction,
};

/// The tip that nodes think fair, in wei.
const TIP: u128 = 1_000_000_000;

const REVERTED: &str = "execution reverted";

impl View<'_> {
    /// Answers the questions that only sweeping asks; `None` for all others.
    pub(super) fn answer_sweeper(&self, method: &str, params: &Value) -> Option<Result<Value, String>> {
        Some(match method {
            "eth_getCode" => Ok(json!(if params[0] == lower(contracts::factory()) { "0x60" } else { "0x" })),
            "eth_call" => self.call(&params[0]),
            "eth_estimateGas" => estimate(&params[0]),
            "eth_maxPriorityFeePerGas" => Ok(format!("{TIP:#x}").into()),
            "eth_getTransactionCount" => Ok(hex(self.nonce(params))),
            "eth_getBalance" => Ok(format!("{:#x}", self.balance(NATIVE, params)).into()),
            "eth_sendRawTransaction" => self.send(&params[0]),
            _ => return None,
        })
    }

    fn nonce(&self, params: &Value) -> u64 {
        let (account, block) = (params[0].as_str().unwrap_or_default(), self.number(&params[1]));
        self.chain.nonce_at(account, block.unwrap_or_default().min(self.head()))
    }

    fn balance(&self, token: &str, params: &Value) -> u128 {
        let (account, block) = (params[0].as_str().unwrap_or_default(), self.number(&params[1]));
        self.chain.balance_at(token, account, block.unwrap_or_default().min(self.head()))
    }

    fn call(&self, call: &Value) -> Result<Value, String> {
        let input = input(call)?;
        let answer = if let Ok(call) = addressOfCall::abi_decode(&input) {
            addressOfCall::abi_encode_returns(&forwarder(call.salt, call.recipient))
        } else if let Ok(call) = flushCall::abi_decode(&input) {
            if self.chain.refuses(&lower(call.recipient)) {
                return Err(REVERTED.to_owned());
            }
            Vec::new()
        } else {
            let asked = balanceOfCall::abi_decode(&input).map_err(|_| REVERTED)?;
            let token = lower(call["to"].as_str().and_then(|to| to.parse().ok()).unwrap_or(Address::ZERO));
            let balance = self.chain.balance_at(&token, &lower(asked.account), self.head());
            balanceOfCall::abi_encode_returns(&alloy::primitives::U256::from(balance))
        };
        Ok(json!(Bytes::from(answer)))
    }

    fn send(&self, raw: &Value) -> Result<Value, String> {
        let transaction = SignedTransaction::decode(raw.as_str().unwrap_or_default(), self.chain_id)?;
        let hash = transaction.hash.clone();
        if !self.faults.loses_sent {
            self.chain.submit(transaction)?;
        }
        Ok(hash.into())
    }
}

/// A node's estimate looks for success alone, and so for little.
fn estimate(call: &Value) -> Result<Value, String> {
    let batch = BatchCall::decode(&input(call)?).ok_or(REVERTED)?;
    Ok(hex(25_000 + batch.gas_needed))
}

fn input(call: &Value) -> Result<Bytes, String> {
    let input = call["input"].as_str().or(call["data"].as_str()).unwrap_or("0x");
    input.parse().map_err(|_| "invalid input".to_owned())
}
