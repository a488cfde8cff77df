//! The choice of the orders to sweep now.

use super::{candidate::Candidate, sweeper::Sweeper};
use crate::{error::ChainError, store::UnsweptOrder};

impl Sweeper {
    /// The orders that can be swept now, at most as many as one transaction sweeps. One that cannot be read
    /// stops no other.
    pub(super) async fn candidates(&self) -> Result<Vec<Candidate>, ChainError> {
        let (chain, mut candidates) = (&self.context.chain, Vec::new());
        for unswept in self.context.store.unswept(chain.id, self.context.now()).await? {
            if candidates.len() == chain.max_batch {
                break;
            }
            match self.candidate(unswept.clone()).await {
                Ok(candidate) => candidates.extend(candidate),
                Err(error) => {
                    self.context.log(&error);
                    self.put_off(&unswept).await?;
                }
            }
        }
        Ok(candidates)
    }

    /// The order, if it can be swept now. One that needs no sweep is forgotten. One is put off while too little
    /// is confirmed, while `record-payment` has not applied the evidence yet, or while it is paid on another chain.
    async fn candidate(&self, unswept: UnsweptOrder) -> Result<Option<Candidate>, ChainError> {
        let (context, now) = (&self.context, self.context.now());
        let record = context.orders.order(unswept.order_id, now).await?;
        let Some(record) = record.filter(|record| !record.order.status.is_terminal()) else {
            context.store.remove_unswept(context.chain.id, unswept.order_id).await?;
            return Ok(None);
        };
        let deposits = context.store.confirmed(context.chain.id, unswept.order_id).await?;
        // Their sums do not say which of them are confirmed.
        let folded = match record.order.folded.sums.is_empty() {
            true => Vec::new(),
            false => context.orders.folded_deposits(unswept.order_id).await?,
        };
        let candidate = Candidate::new(unswept.clone(), context.chain.id, &deposits, record, folded);
        let Some(candidate) = candidate else {
            self.put_off(&unswept).await?;
            return Ok(None);
        };
        if candidate.is_confirmed() {
            return Ok(Some(candidate));
        }
        if candidate.is_lost(now) {
            self.fail(&candidate, "the payment was removed by a reorganisation of its chain").await?;
        } else {
            self.put_off(&candidate.unswept).await?;
        }
        Ok(None)
    }
}
