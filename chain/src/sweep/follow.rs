//! Following the transaction in flight: observes it, and acts on its state.

use super::{
    in_flight::{Batch, InFlight, Observation, State, Waiting},
    sweeper::Sweeper,
    view::View,
};
use crate::{error::ChainError, node::NodeResult};

impl Sweeper {
    /// Follows the transaction in flight. `true` once there is none any more.
    pub(super) async fn follow(&self, view: &View, stored: InFlight) -> Result<bool, ChainError> {
        match self.state(view, stored).await? {
            State::Idle => return Ok(true),
            State::Signed(_, Waiting::Finality | Waiting::Block) => return Ok(false),
            State::Signed(batch, Waiting::HigherFees) => {
                self.raise_fees(view, batch).await?;
                return Ok(false);
            }
            State::Confirmed(batch, receipt) => self.conclude(view, &batch, &receipt).await?,
            State::Replaced => {
                let chain = &self.context.chain.name;
                tracing::warn!(
                    chain,
                    "another transaction used the gas key's nonce: its orders are tried again"
                );
            }
            State::Abandoned => {}
        }
        self.lease.save(&InFlight::default()).await?;
        Ok(true)
    }

    /// Observes the stored transaction, and sends it again while no block has it.
    async fn state(&self, view: &View, stored: InFlight) -> NodeResult<State> {
        let observation = match &stored.batch {
            Some(batch) => Some(observe(view, batch).await?),
            None => None,
        };
        if let (Some(batch), Some(Observation::Missing)) = (&stored.batch, &observation) {
            self.send(view, batch).await;
        }
        let wallet = self.wallet.as_ref().map(|wallet| wallet.account());
        Ok(stored.state(observation, wallet, self.context.now()))
    }
}

/// Asks a node for the batch's receipts, and for the account's nonce where there is none.
async fn observe(view: &View, batch: &Batch) -> NodeResult<Observation> {
    for signed in &batch.signed {
        if let Some(receipt) = view.node.receipt(signed.hash).await? {
            return Ok(Observation::Included { receipt, last_final: view.last_final });
        }
    }
    let used_nonces = view.node.nonce(batch.from, view.last_final).await?;
    Ok(Observation::without_receipt(batch, used_nonces))
}
