//! Signed transactions, and the pool in which they wait for a block.

use alloy::{
    consensus::{Transaction as _, TxEnvelope},
    eips::eip2718::Decodable2718 as _,
    primitives::Bytes,
};

use super::text::lower;

/// A signed EIP-1559 transaction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedTransaction {
    pub hash: String,
    pub from: String,
    pub to: String,
    pub nonce: u64,
    pub gas_limit: u64,
    pub max_fee: u128,
    pub tip: u128,
    pub input: Bytes,
}

/// Transactions that wait, at most one for each nonce of an account.
#[derive(Debug, Clone, Default)]
pub(super) struct Pool {
    waiting: Vec<SignedTransaction>,
    /// Every transaction that was taken in, in order.
    pub(super) accepted: Vec<SignedTransaction>,
}

impl SignedTransaction {
    /// Reads the parameter of `eth_sendRawTransaction`.
    pub(super) fn decode(raw: &str, chain_id: u64) -> Result<Self, String> {
        let bytes: Bytes = raw.parse().map_err(|_| "invalid hex")?;
        let envelope = TxEnvelope::decode_2718_exact(&bytes).map_err(|error| error.to_string())?;
        if envelope.chain_id() != Some(chain_id) {
            return Err("invalid chain id for signer".to_owned());
        }
        let TxEnvelope::Eip1559(signed) = &envelope else {
            return Err("transaction type not supported".to_owned());
        };
        let from = signed.signature().recover_address_from_prehash(&signed.signature_hash());
        let from = from.map_err(|_| "invalid sender")?;
        Ok(Self {
            hash: envelope.tx_hash().to_string(),
            from: lower(from),
            to: envelope.to().map(lower).unwrap_or_default(),
            nonce: envelope.nonce(),
            gas_limit: envelope.gas_limit(),
            max_fee: envelope.max_fee_per_gas(),
            tip: envelope.max_priority_fee_per_gas().unwrap_or_default(),
            input: envelope.input().clone(),
        })
    }

    /// The most that it may cost.
    pub(super) fn most(&self) -> u128 {
        u128::from(self.gas_limit) * self.max_fee
    }

    fn is_for_nonce_of(&self, other: &Self) -> bool {
        (&self.from, self.nonce) == (&other.from, other.nonce)
    }

    /// `true` if it pays a tenth more than another one, as nodes ask of a replacement.
    fn outbids(&self, other: &Self) -> bool {
        self.max_fee * 10 >= other.max_fee * 11 && self.tip * 10 >= other.tip * 11
    }
}

impl Pool {
    /// Takes a transaction in, in place of one that it outbids.
    pub(super) fn admit(&mut self, transaction: SignedTransaction, next_nonce: u64) -> Result<(), String> {
        if transaction.nonce < next_nonce {
            return Err("nonce too low".to_owned());
        }
        match self.waiting.iter_mut().find(|waiting| waiting.is_for_nonce_of(&transaction)) {
            Some(waiting) if waiting.hash == transaction.hash => return Err("already known".to_owned()),
            Some(waiting) if !transaction.outbids(waiting) => {
                return Err("replacement transaction underpriced".to_owned());
            }
            Some(waiting) => *waiting = transaction.clone(),
            None => self.waiting.push(transaction.clone()),
        }
        self.accepted.push(transaction);
        Ok(())
    }

    /// Takes the next transaction out that can be in a block now.
    pub(super) fn take(
        &mut self,
        base_fee: u128,
        next_nonce: impl Fn(&str) -> u64,
    ) -> Option<SignedTransaction> {
        let is_next = |waiting: &SignedTransaction| {
            waiting.max_fee >= base_fee && waiting.nonce == next_nonce(&waiting.from)
        };
        let position = self.waiting.iter().position(is_next)?;
        Some(self.waiting.remove(position))
    }

    /// Forgets every transaction whose nonce is used.
    pub(super) fn drop_used(&mut self, next_nonce: impl Fn(&str) -> u64) {
        self.waiting.retain(|waiting| waiting.nonce >= next_nonce(&waiting.from));
    }

    pub(super) fn waiting(&self) -> &[SignedTransaction] {
        &self.waiting
    }

    /// Forgets everything that waits.
    pub(super) fn clear(&mut self) {
        self.waiting.clear();
    }
}
