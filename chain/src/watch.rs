//! Watches a chain for deposits.
//!
//! Each look has two passes. The first goes up to the head and tells of deposits at first sight. The
//! second follows where blocks have become final, asks another node if there is one, and so finds what
//! the first was not told of, takes back what is gone, and confirms the rest. Where the chain turns out
//! to have been reorganised, the first pass goes back to the last block that is still there.
//!
//! What is found is written down and told of before the cursor moves on. A watcher that dies in between
//! does it again, which changes nothing: a deposit's evidence has the same id each time.

mod fork;
mod passes;
mod votes;

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use futures_util::future::join_all;
use serde::{Deserialize, Serialize};
use shared::{
    http::Clock,
    model::{Chain, Evidence, Timestamp},
    store::{Awaited, Store},
};

use crate::{
    awaited::AwaitedAddresses,
    node::{Block, Node, NodeError},
    queue::{EvidenceQueue, QueueError},
    scan::LogLimits,
    sighting::BlockRef,
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
    pub orders: Store,
    /// Where evidence goes.
    pub queue: Arc<dyn EvidenceQueue>,
    /// The time.
    pub clock: Clock,
    /// A name that no other watcher or settler has.
    pub me: String,
}

/// Watches one chain.
#[derive(Debug)]
pub struct Watcher {
    tools: Tools,
    awaited: AwaitedAddresses,
    limits: LogLimits,
    /// The node that is asked first.
    preferred: usize,
}

/// Why a look at the chain came to nothing, or not to its end. The next one goes on from there.
#[derive(Debug, thiserror::Error)]
pub enum ChainError {
    /// No node could be used.
    #[error(transparent)]
    Node(#[from] NodeError),
    /// What is remembered could not be read or written.
    #[error("the tables could not be used")]
    Store(#[from] shared::Error),
    /// Evidence could not be handed on.
    #[error("evidence could not be handed on")]
    Queue(#[source] QueueError),
    /// Gas cannot be paid for. Orders wait until it can.
    #[error("the account {0}, which pays for gas, has too little of the native token: fund it")]
    EmptyPurse(alloy::primitives::Address),
    /// What is final according to one node is not according to another, and there is no majority. Nothing is
    /// confirmed until that has changed.
    #[error("the chain's nodes contradict each other")]
    Contradiction,
    /// Nothing can be flushed on this chain.
    #[error("there is no factory at {0} on this chain: deploy it (contracts/README.md)")]
    NoFactory(alloy::primitives::Address),
    /// Another has taken over.
    #[error("another works on this chain by now")]
    LeaseLost,
}

/// How far the watching is.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Progress {
    /// The last block of the first pass.
    pub(crate) seen: BlockRef,
    /// The last block of the second pass.
    pub(crate) confirmed: BlockRef,
    /// Blocks that the first pass ended at, `seen` being the last: where it may have to go back to.
    trail: Vec<BlockRef>,
}

impl Progress {
    /// Few are enough, and each look writes them: where the trail ends, the second pass's block is there to
    /// go back to.
    const TRAIL: usize = 8;

    fn starting_at(block: BlockRef) -> Self {
        Self { seen: block, confirmed: block, trail: vec![block] }
    }

    fn see(&mut self, block: BlockRef) {
        self.seen = block;
        self.trail.push(block);
        if self.trail.len() > Self::TRAIL {
            self.trail.remove(0);
        }
    }

    /// What was seen up to block `number`, newest first.
    fn points_up_to(&self, number: u64) -> Vec<BlockRef> {
        let points = self.trail.iter().rev().chain([&self.confirmed]);
        points.filter(|point| point.number <= number).copied().collect()
    }

    fn go_back_to(&mut self, block: BlockRef) {
        self.seen = block;
        self.trail.retain(|point| point.number < block.number);
        self.trail.push(block);
        if block.number < self.confirmed.number {
            self.confirmed = block;
        }
    }
}

impl Watcher {
    /// A watcher that has not looked yet.
    pub fn new(tools: Tools) -> Self {
        let limits = LogLimits::new(&tools.chain);
        Self { tools, awaited: AwaitedAddresses::default(), limits, preferred: 0 }
    }

    /// Looks at the chain again and again until `end`, then gives its lease back. Failures are logged.
    ///
    /// # Errors
    /// That of the last look, so that whoever runs this knows whether the chain is watched at present.
    pub async fn run(&mut self, end: Instant) -> Result<(), ChainError> {
        loop {
            let looked = self.look().await;
            if !self.tools.rest(Work::Watch, &looked, end).await {
                return looked.map(drop);
            }
        }
    }

    /// Looks at the chain once. `false`, and nothing is done, while another watcher is at it.
    ///
    /// # Errors
    /// [`ChainError`].
    pub async fn look(&mut self) -> Result<bool, ChainError> {
        let mut failed = None;
        for turn in 0..self.tools.nodes.len() {
            let index = (self.preferred + turn) % self.tools.nodes.len();
            let Some(progress) = self.tools.acquire::<Progress>(Work::Watch).await? else {
                return Ok(false);
            };
            let tools = self.tools.clone();
            let looked = tokio::select! {
                looked = self.look_through(index, progress) => looked,
                lost = tools.keep_lease(Work::Watch) => Err(lost),
            };
            match looked {
                Ok(preferred) => {
                    self.preferred = preferred;
                    return Ok(true);
                }
                Err(ChainError::Node(error)) => failed = Some(error),
                // Another node would not help.
                Err(error) => return Err(error),
            }
        }
        let none = NodeError::Inconsistent("there is no node");
        Err(failed.unwrap_or(none).into())
    }

    /// Looks at the chain through the node with `index`, and tells with which the next look is to begin.
    async fn look_through(&mut self, index: usize, progress: Option<Progress>) -> Result<usize, ChainError> {
        let node = self.tools.node(index)?;
        self.tools.check_chain(&node).await?;
        let head = node.head().await?;
        // After the head: whoever paid in a block up to there knew the address before.
        let time = self.watched_since(progress.as_ref());
        self.awaited.refresh(&self.tools.orders, self.tools.chain.id, time).await?;
        let progress = match progress {
            Some(progress) => progress,
            None => Progress::starting_at(self.first_block(&node, &head).await?),
        };
        let progress = self.tools.leave_fork(&node, progress, &head).await?;
        let progress = self.see_up_to(&node, progress, &head).await?;
        self.confirm_from(index, &head, progress).await
    }

    /// Orders that were watched at this time matter. It is the chain's time, not the clock's: what was paid
    /// while nobody looked has to be found later, and what was seen has to be confirmed.
    fn watched_since(&self, progress: Option<&Progress>) -> Timestamp {
        let now = self.tools.now();
        let confirmed = progress.map_or(now, |progress| progress.confirmed.time);
        confirmed.min(now).max(now.plus_millis(-Awaited::KEPT_MILLIS))
    }

    /// Where to begin on a chain that has never been watched: before the oldest order that is awaited.
    async fn first_block(&self, node: &Node, head: &Block) -> Result<BlockRef, NodeError> {
        let Some(oldest) = self.awaited.oldest() else { return Ok(head.into()) };
        let before = oldest.plus_millis(-60_000);
        let (mut low, mut high) = (0, head.number());
        while low < high {
            let middle = low + (high - low).div_ceil(2);
            let block =
                node.block(middle).await?.ok_or(NodeError::Inconsistent("an old block is missing"))?;
            if block.time() <= before { low = middle } else { high = middle - 1 }
        }
        let block = node.block(low).await?.ok_or(NodeError::Inconsistent("an old block is missing"))?;
        Ok((&block).into())
    }
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

    /// The nodes that answer, the one that has come farthest first.
    pub(crate) async fn nodes_by_head(&self) -> Vec<Node> {
        let asked =
            self.nodes.iter().map(|node| async move { Some((node.head().await.ok()?.number(), node)) });
        let mut answers: Vec<_> = join_all(asked).await.into_iter().flatten().collect();
        answers.sort_by_key(|(head, _)| std::cmp::Reverse(*head));
        answers.into_iter().map(|(_, node)| node.clone()).collect()
    }

    /// A node of another chain would tell of deposits that nobody made here.
    pub(crate) async fn check_chain(&self, node: &Node) -> Result<(), NodeError> {
        if node.chain_id().await? == self.chain.id.number() {
            Ok(())
        } else {
            Err(NodeError::Inconsistent("the node is of another chain"))
        }
    }

    pub(crate) async fn acquire<T: serde::de::DeserializeOwned>(
        &self,
        work: Work,
    ) -> Result<Option<Option<T>>, shared::Error> {
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
        let mut causes = Vec::new();
        let mut source = std::error::Error::source(error);
        while let Some(cause) = source {
            causes.push(cause.to_string());
            source = cause.source();
        }
        let (chain, causes) = (&self.chain.name, causes.join(": "));
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
