//! The deposit addresses that a watcher looks for, kept in memory from one poll to the next.

use std::collections::HashMap;

use alloy::primitives::Address;
use shared::{
    checkout::{Awaited, CheckoutStore},
    dynamo::StoreError,
    kernel::{ChainId, OrderId, Timestamp},
};

/// The addresses of one chain. There may be a million of them.
#[derive(Debug, Default)]
pub(crate) struct AwaitedAddresses {
    orders: HashMap<Address, Entry>,
    newest: Option<Timestamp>,
}

/// An awaited order, without its address.
#[derive(Debug)]
struct Entry {
    order_id: OrderId,
    created_at: Timestamp,
    watched_until: Timestamp,
    native: bool,
}

/// The time by which an unknown order may be older than the newest known one, in milliseconds: clocks differ, and a
/// write may be on its way for as long as its function lives.
const OVERLAP_MILLIS: i64 = 60_000;

impl AwaitedAddresses {
    /// Reads the orders made since the last time, and forgets those that were no longer watched at `time`. After
    /// it, every address that any buyer had before is known.
    pub(crate) async fn refresh(
        &mut self,
        store: &CheckoutStore,
        chain: ChainId,
        time: Timestamp,
    ) -> Result<(), StoreError> {
        let since =
            self.newest.map_or(Timestamp::from_millis(0), |newest| newest.plus_millis(-OVERLAP_MILLIS));
        for order in store.awaited(chain, since, time).await? {
            self.newest = self.newest.max(Some(order.created_at));
            if let Ok(address) = order.address.parse() {
                self.orders.insert(address, order.into());
            }
        }
        self.orders.retain(|_, order| time < order.watched_until);
        Ok(())
    }

    /// The order that is paid at `address`.
    pub(crate) fn order_at(&self, address: &Address) -> Option<OrderId> {
        self.orders.get(address).map(|order| order.order_id)
    }

    /// `true` if payments to `address` at `time` are looked for.
    pub(crate) fn watches(&self, address: &Address, time: Timestamp) -> bool {
        self.orders.get(address).is_some_and(|order| time < order.watched_until)
    }

    /// All addresses.
    pub(crate) fn addresses(&self) -> Vec<Address> {
        self.orders.keys().copied().collect()
    }

    /// The addresses of orders that the native token pays.
    pub(crate) fn native(&self) -> Vec<Address> {
        let native = self.orders.iter().filter(|(_, order)| order.native);
        native.map(|(address, _)| *address).collect()
    }

    /// The time at which the oldest order was made.
    pub(crate) fn oldest(&self) -> Option<Timestamp> {
        self.orders.values().map(|order| order.created_at).min()
    }

    pub(crate) fn count(&self) -> usize {
        self.orders.len()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.orders.is_empty()
    }
}

impl From<Awaited> for Entry {
    fn from(order: Awaited) -> Self {
        let Awaited { order_id, created_at, watched_until, native, .. } = order;
        Self { order_id, created_at, watched_until, native }
    }
}
