//! The watcher of one chain, and its polls.

use std::time::Instant;

use shared::{checkout::Awaited, kernel::Timestamp};

use super::progress::Progress;
use crate::{
    awaited::AwaitedAddresses,
    context::ChainContext,
    error::ChainError,
    lease::Lease,
    node::NodeError,
    scan::LogLimits,
    store::{Acquired, Work},
};

/// Watches one chain.
#[derive(Debug)]
pub struct Watcher {
    pub(super) context: ChainContext,
    pub(super) lease: Lease,
    pub(super) awaited: AwaitedAddresses,
    pub(super) limits: LogLimits,
    /// The number of blocks that are scanned at a time.
    pub(super) portion: u64,
    /// The index of the node that is asked first.
    pub(super) preferred: usize,
}

impl Watcher {
    /// A watcher that has not polled yet.
    pub fn new(context: ChainContext) -> Self {
        Self {
            lease: context.lease(Work::Watch),
            awaited: AwaitedAddresses::default(),
            limits: LogLimits::new(&context.chain),
            portion: context.chain.max_log_blocks,
            preferred: 0,
            context,
        }
    }

    /// Polls again and again until `end`, then gives the lease back. Failures are logged.
    ///
    /// # Errors
    /// That of the last poll: the chain is not watched at present.
    pub async fn run(&mut self, end: Instant) -> Result<(), ChainError> {
        loop {
            let polled = self.poll().await;
            if !self.context.pause(&self.lease, &polled, end).await {
                return polled.map(drop);
            }
        }
    }

    /// Looks at the chain once. `false`, and nothing is done, while another watcher has the lease.
    ///
    /// # Errors
    /// [`ChainError`].
    pub async fn poll(&mut self) -> Result<bool, ChainError> {
        let (mut failed, lease) = (NodeError::Inconsistent("there is no node"), self.lease.clone());
        for turn in 0..self.context.nodes.count() {
            let index = (self.preferred + turn) % self.context.nodes.count();
            let Acquired::Held(progress) = lease.acquire().await? else { return Ok(false) };
            let polled = tokio::select! {
                polled = self.poll_through(index, progress) => polled,
                lost = lease.keep() => Err(lost),
            };
            match polled {
                Ok(preferred) => {
                    self.preferred = preferred;
                    return Ok(true);
                }
                Err(ChainError::Node(error)) => failed = error,
                // Another node would not help.
                Err(error) => return Err(error),
            }
        }
        Err(failed.into())
    }

    /// Looks at the chain through the node with `index`. Returns the index of the node to begin with next time.
    async fn poll_through(&mut self, index: usize, progress: Option<Progress>) -> Result<usize, ChainError> {
        let node = self.context.nodes.get(index)?;
        self.context.nodes.check_chain(&node).await?;
        let head = node.head().await?;
        // After the head: the address of a payment up to there was stored before it was made.
        let time = self.watched_since(progress.as_ref());
        self.awaited.refresh(&self.context.orders, self.context.chain.id, time).await?;
        let progress = match progress {
            Some(progress) => progress,
            None => Progress::starting_at(self.first_block(&node, &head).await?),
        };
        let progress = self.leave_fork(&node, progress, &head).await?;
        let progress = self.see_up_to(&node, progress, &head).await?;
        self.confirm_from(index, &head, progress).await
    }

    /// The time from which watched orders matter. It is the chain's time, not the clock's, so that payments from a
    /// time without a watcher are found later.
    fn watched_since(&self, progress: Option<&Progress>) -> Timestamp {
        let now = self.context.now();
        let confirmed = progress.map_or(now, |progress| progress.confirmed.time);
        confirmed.min(now).max(now.plus_millis(-Awaited::KEPT_MILLIS))
    }
}
