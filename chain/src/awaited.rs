//! The deposit addresses that a watcher looks for, kept in memory from one look to the next.

use std::collections::HashMap;

use alloy::primitives::Address;
use shared::{
    Result,
    model::{ChainId, Timestamp},
    store::{Awaited, Store},
};

/// The addresses of one chain.
#[derive(Debug, Default)]
pub(crate) struct AwaitedAddresses {
    orders: HashMap<Address, Awaited>,
    newest: Option<Timestamp>,
}

/// How long before the newest known order an order may have been made that is not known yet, in
/// milliseconds: clocks differ, and a write may be on its way for as long as its function lives.
const OVERLAP_MILLIS: i64 = 60_000;

impl AwaitedAddresses {
    /// Learns of the orders made since the last time, and forgets those that were no longer watched at
    /// `time`. After it, every address that was told to anybody before is known.
    pub(crate) async fn refresh(&mut self, store: &Store, chain: ChainId, time: Timestamp) -> Result<()> {
        let since =
            self.newest.map_or(Timestamp::from_millis(0), |newest| newest.plus_millis(-OVERLAP_MILLIS));
        for order in store.awaited(chain, since, time).await? {
            self.newest = self.newest.max(Some(order.created_at));
            if let Ok(address) = order.address.parse() {
                self.orders.insert(address, order);
            }
        }
        self.orders.retain(|_, order| time < order.watched_until);
        Ok(())
    }

    /// Which order is paid at `address`.
    pub(crate) fn at(&self, address: &Address) -> Option<&Awaited> {
        self.orders.get(address)
    }

    /// All of them.
    pub(crate) fn addresses(&self) -> Vec<Address> {
        self.orders.keys().copied().collect()
    }

    /// When the oldest order was made.
    pub(crate) fn oldest(&self) -> Option<Timestamp> {
        self.orders.values().map(|order| order.created_at).min()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.orders.is_empty()
    }
}
