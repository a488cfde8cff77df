//! The account that pays for gas.

use alloy::{
    consensus::{SignableTransaction as _, TxEip1559, TxEnvelope},
    eips::eip2718::Encodable2718 as _,
    primitives::Address,
    signers::{SignerSync as _, local::PrivateKeySigner},
};

use super::{
    fees::Fees,
    in_flight::{Batch, SignedTransaction},
};

/// Signs the transactions that sweep, and pays for their gas.
#[derive(Debug, Clone)]
pub struct GasWallet {
    signer: PrivateKeySigner,
    pub(super) factory: Address,
}

/// A gas key that cannot be used. Never says the key.
#[derive(Debug, thiserror::Error)]
#[error("the gas key must be a private key: 64 hex digits")]
pub struct InvalidGasKey;

impl GasWallet {
    /// The wallet of a private key in hex, which calls the forwarders' factory at `factory`.
    ///
    /// # Errors
    /// [`InvalidGasKey`].
    pub fn new(key: &str, factory: Address) -> Result<Self, InvalidGasKey> {
        Ok(Self { signer: key.trim().parse().map_err(|_| InvalidGasKey)?, factory })
    }

    /// The account that pays.
    pub fn account(&self) -> Address {
        self.signer.address()
    }

    /// Signs a batch's transaction.
    pub(super) fn sign(
        &self,
        chain_id: u64,
        batch: &Batch,
        fees: Fees,
    ) -> Result<SignedTransaction, shared::dynamo::StoreError> {
        let transaction = TxEip1559 {
            chain_id,
            nonce: batch.nonce,
            gas_limit: batch.gas_limit,
            max_fee_per_gas: fees.max,
            max_priority_fee_per_gas: fees.tip,
            to: self.factory.into(),
            input: batch.call.clone(),
            ..TxEip1559::default()
        };
        let signature = self.signer.sign_hash_sync(&transaction.signature_hash());
        let signature = signature.map_err(|error| shared::dynamo::StoreError::Internal(error.into()))?;
        let signed = TxEnvelope::from(transaction.into_signed(signature));
        let (hash, raw) = (*signed.tx_hash(), signed.encoded_2718().into());
        Ok(SignedTransaction { hash, raw, max_fee: fees.max, tip: fees.tip })
    }
}
