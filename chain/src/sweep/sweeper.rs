//! The sweeper of one chain, and its polls.

use std::time::Instant;

use super::{gas_wallet::GasWallet, in_flight::InFlight, view::View};
use crate::{
    context::ChainContext,
    error::ChainError,
    lease::Lease,
    node::{Block, Node, NodeError},
    store::{Acquired, Work},
};

/// Sweeps the orders of one chain.
#[derive(Debug)]
pub struct Sweeper {
    pub(super) context: ChainContext,
    pub(super) wallet: Option<GasWallet>,
    pub(super) lease: Lease,
}

impl Sweeper {
    /// A sweeper, with a gas wallet or without.
    pub fn new(context: ChainContext, wallet: Option<GasWallet>) -> Self {
        Self { lease: context.lease(Work::Sweep), context, wallet }
    }

    /// Polls again and again until `end`, then gives the lease back. Failures are logged.
    ///
    /// # Errors
    /// That of the last poll.
    pub async fn run(&self, end: Instant) -> Result<(), ChainError> {
        loop {
            let polled = self.poll().await;
            if !self.context.pause(&self.lease, &polled, end).await {
                return polled.map(drop);
            }
        }
    }

    /// Sweeps the orders that can be swept now. `false`, and nothing is done, while another sweeper has the lease.
    ///
    /// # Errors
    /// [`ChainError`].
    pub async fn poll(&self) -> Result<bool, ChainError> {
        let mut failed = NodeError::Inconsistent("no node of this chain tells of its newest block");
        let nodes = self.context.nodes.by_head().await;
        for position in 0..nodes.len() {
            let Acquired::Held(stored) = self.lease.acquire::<InFlight>().await? else { return Ok(false) };
            let polled = tokio::select! {
                polled = self.poll_through(position, nodes.clone(), stored.unwrap_or_default()) => polled,
                lost = self.lease.keep() => Err(lost),
            };
            match polled {
                Ok(()) => return Ok(true),
                Err(ChainError::Node(error)) => failed = error,
                Err(error) => return Err(error),
            }
        }
        Err(failed.into())
    }

    /// Sweeps with the node at `position` as the first.
    async fn poll_through(
        &self,
        position: usize,
        nodes: Vec<(Node, Block)>,
        stored: InFlight,
    ) -> Result<(), ChainError> {
        let view = View::through(position, nodes, &self.context.chain).await?;
        if !self.follow(&view, stored).await? {
            return Ok(());
        }
        let candidates = self.candidates().await?;
        match &self.wallet {
            None => self.execute_confirmed(&candidates).await,
            Some(wallet) => self.sweep(&view, wallet, &candidates).await,
        }
    }
}
