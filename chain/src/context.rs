//! The chain and services that a watcher or a sweeper works with.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use shared::{
    chains::Chain,
    checkout::{CheckoutStore, Evidence},
    edge::{Clock, causes},
    kernel::Timestamp,
};

use crate::{
    error::ChainError,
    lease::Lease,
    nodes::Nodes,
    queue::EvidenceQueue,
    store::{ChainStore, Work},
};

/// One chain, and the services to watch or sweep it with.
#[derive(Debug, Clone)]
pub struct ChainContext {
    /// The chain's settings.
    pub chain: Chain,
    /// The chain's nodes.
    pub nodes: Nodes,
    /// The chain's stored items.
    pub store: ChainStore,
    /// The orders.
    pub orders: CheckoutStore,
    /// The queue for evidence.
    pub queue: Arc<dyn EvidenceQueue>,
    /// The clock.
    pub clock: Clock,
    /// A name that no other worker has.
    pub worker: String,
}

impl ChainContext {
    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// This worker's handle on the lease for `work`.
    pub(crate) fn lease(&self, work: Work) -> Lease {
        let (store, worker, clock) = (self.store.clone(), self.worker.clone(), self.clock.clone());
        Lease { store, chain: self.chain.id, work, worker, clock }
    }

    pub(crate) fn log(&self, error: &ChainError) {
        let (chain, causes) = (&self.chain.name, causes(error));
        tracing::error!(chain, causes, "{error}");
    }

    /// Sends evidence to `record-payment`'s queue.
    pub(crate) async fn send(&self, evidence: &[Evidence]) -> Result<(), ChainError> {
        if evidence.is_empty() {
            return Ok(());
        }
        self.queue.send(evidence).await.map_err(ChainError::Queue)
    }

    /// Waits after a poll for the time of the next one. `false` where that would be after `end`; then the
    /// lease is given back.
    pub(crate) async fn pause(&self, lease: &Lease, polled: &Result<bool, ChainError>, end: Instant) -> bool {
        if let Err(error) = polled {
            self.log(error);
        }
        let interval = Duration::from_millis(self.chain.poll_millis);
        if Instant::now() + interval >= end {
            lease.release().await;
            return false;
        }
        tokio::time::sleep(interval).await;
        true
    }
}
