//! What watching and settling have in common.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use futures_util::future::{join, join_all};
use serde::{Serialize, de::DeserializeOwned};
use shared::{
    chains::Chain,
    checkout::{CheckoutStore, Evidence},
    edge::{Clock, causes},
    kernel::Timestamp,
};

use crate::{
    node::{Block, Node, NodeError},
    queue::{EvidenceQueue, QueueError},
    store::{ChainStore, LEASE_MILLIS, Work},
};

/// What a watcher and a settler of one chain work with.
#[derive(Debug, Clone)]
pub struct Tools {
    /// The chain.
    pub chain: Chain,
    /// Its nodes, in order of preference.
    pub nodes: Vec<Node>,
    /// What is remembered of the chain.
    pub store: ChainStore,
    /// The orders.
    pub orders: CheckoutStore,
    /// Where evidence goes.
    pub queue: Arc<dyn EvidenceQueue>,
    /// The time.
    pub clock: Clock,
    /// A name that no other watcher or settler has.
    pub me: String,
}

/// Why a look at the chain came to nothing, or not to its end. The next one goes on from there.
#[derive(Debug, thiserror::Error)]
pub enum ChainError {
    /// No node could be used.
    #[error(transparent)]
    Node(#[from] NodeError),
    /// What is remembered could not be read or written.
    #[error("the tables could not be used")]
    CheckoutStore(#[from] shared::dynamo::StoreError),
    /// Evidence could not be handed on.
    #[error("evidence could not be handed on")]
    Queue(#[source] QueueError),
    /// Gas cannot be paid for. Orders wait until it can.
    #[error("the account {0}, which pays for gas, has too little of the native token: fund it")]
    EmptyPurse(alloy::primitives::Address),
    /// Nothing can be flushed on this chain.
    #[error("there is no factory at {0} on this chain: deploy it (contracts/README.md)")]
    NoFactory(alloy::primitives::Address),
    /// What is final according to one node is not according to another, and there is no majority. Nothing is
    /// confirmed until that has changed.
    #[error("the chain's nodes contradict each other")]
    Contradiction,
    /// Another has taken over.
    #[error("another works on this chain by now")]
    LeaseLost,
}

impl Tools {
    /// How often a lease is renewed while a look goes on.
    const RENEWAL: Duration = Duration::from_millis(LEASE_MILLIS as u64 / 3);

    /// Waits after a look for the time of the next one. `false` where that would be after `end`; then the
    /// lease is given back.
    pub(crate) async fn rest(&self, work: Work, looked: &Result<bool, ChainError>, end: Instant) -> bool {
        if let Err(error) = looked {
            self.log(error);
        }
        let poll = Duration::from_millis(self.chain.poll_millis);
        if Instant::now() + poll >= end {
            // If it cannot be given back, it ends by itself.
            let _ = self.store.release(self.chain.id, work, &self.me).await;
            return false;
        }
        tokio::time::sleep(poll).await;
        true
    }

    pub(crate) fn node(&self, index: usize) -> Result<Node, NodeError> {
        self.nodes.get(index).cloned().ok_or(NodeError::Inconsistent("there is no node"))
    }

    /// The nodes of this chain that answer, each with its newest block, the one that has come farthest first.
    pub(crate) async fn nodes_by_head(&self) -> Vec<(Node, Block)> {
        let asked = self.nodes.iter().map(|node| async move {
            let (head, checked) = join(node.head(), self.check_chain(node)).await;
            checked.ok().and(head.ok()).map(|head| (node.clone(), head))
        });
        let mut answers: Vec<_> = join_all(asked).await.into_iter().flatten().collect();
        answers.sort_by_key(|(_, head)| std::cmp::Reverse(head.number()));
        answers
    }

    /// A node of another chain would tell of deposits that nobody made here.
    pub(crate) async fn check_chain(&self, node: &Node) -> Result<(), NodeError> {
        if node.chain_id().await? == self.chain.id.number() {
            Ok(())
        } else {
            Err(NodeError::Inconsistent("the node is of another chain"))
        }
    }

    pub(crate) async fn acquire<T: DeserializeOwned>(
        &self,
        work: Work,
    ) -> Result<Option<Option<T>>, shared::dynamo::StoreError> {
        self.store.acquire(self.chain.id, work, &self.me, self.clock.now()).await
    }

    pub(crate) async fn save<T: Serialize + Sync>(&self, work: Work, progress: &T) -> Result<(), ChainError> {
        if self.store.save(self.chain.id, work, &self.me, progress).await? {
            Ok(())
        } else {
            Err(ChainError::LeaseLost)
        }
    }

    pub(crate) async fn keep_lease(&self, work: Work) -> ChainError {
        loop {
            tokio::time::sleep(Self::RENEWAL).await;
            match self.store.renew(self.chain.id, work, &self.me, self.now()).await {
                Ok(true) => {}
                Ok(false) => return ChainError::LeaseLost,
                Err(error) => return error.into(),
            }
        }
    }

    pub(crate) fn log(&self, error: &ChainError) {
        let (chain, causes) = (&self.chain.name, causes(error));
        tracing::error!(chain, causes, "{error}");
    }

    pub(crate) async fn tell_all(&self, evidence: &[Evidence]) -> Result<(), ChainError> {
        if evidence.is_empty() {
            return Ok(());
        }
        self.queue.send(evidence).await.map_err(ChainError::Queue)
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }
}
