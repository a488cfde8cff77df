//! One order's part of a transaction, and its traces in receipts.

use alloy::{
    primitives::{Address, U256},
    rpc::types::Log,
};
use serde::{Deserialize, Serialize};
use shared::{
    chains::order_salt,
    kernel::{BaseUnits, OrderId},
};

use crate::{
    abi::{FactoryOrder, Flushed, TRANSFER, read_flush_failed, read_flushed},
    node::Receipt,
};

/// The sweep of one order.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct OrderSweep {
    pub(super) order_id: OrderId,
    pub(super) forwarder: Address,
    pub(super) recipient: Address,
    /// Zero is the native token.
    pub(super) token: Address,
    /// The sum of its deposits, as far as it was known.
    #[serde(default)]
    pub(super) paid: BaseUnits,
    /// The block of the first of them.
    #[serde(default)]
    pub(super) from_block: u64,
}

impl OrderSweep {
    /// The order as the factory knows it.
    pub(super) fn factory_order(&self) -> FactoryOrder {
        FactoryOrder { salt: order_salt(self.order_id), recipient: self.recipient, token: self.token }
    }

    /// `true` if a log shows that the forwarder paid the recipient.
    pub(super) fn is_shown_by(&self, log: &Log) -> bool {
        self.flushed_by(log).is_some()
    }

    /// `true` if a log of the factory shows that this order could not be swept.
    pub(super) fn is_failed_by(&self, log: &Log, factory: Address) -> bool {
        let event = read_flush_failed(log).map(|event| (event.salt, event.recipient, event.token));
        log.address() == factory && event == Some((order_salt(self.order_id), self.recipient, self.token))
    }

    /// `true` if a transaction swept this order.
    pub(super) fn is_in(&self, receipt: &Receipt) -> bool {
        receipt.logs.iter().any(|log| self.is_shown_by(log))
    }

    /// `true` if a transaction shows a sweep of all that was paid.
    pub(super) fn is_whole_in(&self, receipt: &Receipt) -> bool {
        let first = receipt.logs.iter().find_map(|log| self.flushed_by(log));
        first.is_some_and(|event| base_units(event.amount) >= Some(self.paid))
    }

    /// `true` if these sweeps, or `receipt` of our own transaction, leave nothing to do. Our transaction has no log
    /// of an order that was swept before it.
    pub(super) fn is_done_by(&self, sweeps: &[&Receipt], receipt: &Receipt) -> bool {
        let left = self.left_by(sweeps);
        self.is_in(receipt) || (!left.is_zero() && base_units(left) >= Some(self.paid))
    }

    /// The amount that these transactions took out of the forwarder.
    pub(super) fn left_by(&self, sweeps: &[&Receipt]) -> U256 {
        sum(sweeps.iter().map(|receipt| self.left_in(receipt)))
    }

    /// The amount that these transactions brought the recipient, if it is one that an order can have.
    pub(super) fn delivered_by(&self, sweeps: &[&Receipt]) -> Option<BaseUnits> {
        base_units(sum(sweeps.iter().map(|receipt| self.delivered_in(receipt))))
    }

    /// The index of a receipt's last log of this order's sweep.
    pub(super) fn last_index_in(&self, receipt: &Receipt) -> Option<u64> {
        receipt.logs.iter().rfind(|log| self.is_shown_by(log)).and_then(|log| log.log_index)
    }

    fn flushed_by(&self, log: &Log) -> Option<Flushed> {
        let event = read_flushed(log).filter(|_| log.address() == self.forwarder);
        event.filter(|event| event.token == self.token && event.recipient == self.recipient)
    }

    fn left_in(&self, receipt: &Receipt) -> U256 {
        sum(receipt.logs.iter().filter_map(|log| self.flushed_by(log)).map(|event| event.amount))
    }

    /// A token that takes a fee delivers less than left the forwarder, as its own `Transfer` says. Without one,
    /// the amount that left counts.
    fn delivered_in(&self, receipt: &Receipt) -> U256 {
        let (forwarder, recipient) = (self.forwarder.into_word(), self.recipient.into_word());
        let deliveries = receipt
            .logs
            .iter()
            .filter(|log| log.address() == self.token && log.topics() == [TRANSFER, forwarder, recipient])
            .filter_map(|log| U256::try_from_be_slice(&log.data().data));
        deliveries.reduce(U256::saturating_add).unwrap_or_else(|| self.left_in(receipt))
    }
}

fn sum(amounts: impl Iterator<Item = U256>) -> U256 {
    amounts.fold(U256::ZERO, U256::saturating_add)
}

fn base_units(amount: U256) -> Option<BaseUnits> {
    BaseUnits::parse(&amount.to_string())
}

#[cfg(test)]
#[path = "order_sweep_tests.rs"]
mod tests;
