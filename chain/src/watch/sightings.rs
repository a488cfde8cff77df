//! Sightings: each is stored first, and then evidence of it is sent.

use std::collections::HashMap;

use super::watcher::Watcher;
use crate::{
    error::ChainError,
    sighting::{Deposit, Sighting},
};

/// The stored sightings of some blocks, by their places.
pub(super) type Known = HashMap<String, Sighting>;

impl Watcher {
    pub(super) async fn known(&self, from_block: u64) -> Result<Known, ChainError> {
        let sightings = self.context.store.sightings(self.context.chain.id, from_block).await?;
        Ok(sightings.into_iter().map(|sighting| (sighting.deposit.place(), sighting)).collect())
    }

    /// Stores deposits and sends evidence of them, those that are known included: the watcher that saw them may
    /// have died before it sent any.
    pub(super) async fn report(
        &self,
        known: &mut Known,
        deposits: &[Deposit],
        doubted: bool,
    ) -> Result<(), ChainError> {
        let chain = self.context.chain.id;
        let (mut withdrawals, mut evidence) = (Vec::new(), Vec::with_capacity(deposits.len()));
        for deposit in deposits {
            let sighting = self.see(known, deposit, doubted).await?;
            withdrawals.extend(sighting.withdrawals(chain));
            evidence.extend(sighting.evidence(chain));
        }
        // Before the deposit that came instead, which must not count beside it.
        self.context.send(&withdrawals).await?;
        self.context.send(&evidence).await
    }

    /// Stores a deposit that is not known, or is known as withdrawn.
    async fn see(&self, known: &mut Known, deposit: &Deposit, doubted: bool) -> Result<Sighting, ChainError> {
        let place = deposit.place();
        let (was, mut sighting) = match known.get(&place) {
            Some(seen) if !seen.withdrawn => return Ok(seen.clone()),
            Some(withdrawn) => (withdrawn.clone(), withdrawn.back(deposit)),
            None => {
                let new = self.first_sighting(deposit).await?;
                (new.clone(), new)
            }
        };
        sighting.doubted = doubted;
        let (chain, now) = (self.context.chain.id, self.context.now());
        self.context.store.put_sighting(chain, &was, &sighting, now).await?;
        known.insert(place, sighting.clone());
        Ok(sighting)
    }

    async fn first_sighting(&self, deposit: &Deposit) -> Result<Sighting, ChainError> {
        let before = self.context.store.payment_first_at(self.context.chain.id, deposit).await?;
        let first_at = before.map_or(deposit.block.time, |before| before.min(deposit.block.time));
        Ok(Sighting::new(deposit.clone(), first_at))
    }

    /// Withdraws a deposit: stores that first, then sends evidence. Both happen again whenever it is met again,
    /// and every withdrawal is sent before the deposit is sent anew. So a deposit whose watcher died in between
    /// counts neither twice nor not at all.
    pub(super) async fn withdraw(&self, sighting: &Sighting) -> Result<Sighting, ChainError> {
        let (chain, deposit, now) = (self.context.chain.id, &sighting.deposit, self.context.now());
        let store = &self.context.store;
        let withdrawn = if sighting.withdrawn { sighting.clone() } else { sighting.out() };
        store.remember_payment(chain, &withdrawn, now).await?;
        store.put_sighting(chain, sighting, &withdrawn, now).await?;
        for id in withdrawn.withdrawn_ids(chain) {
            store.unconfirm(chain, deposit.order_id, &id, deposit.block.number, now).await?;
        }
        self.context.send(&withdrawn.withdrawals(chain).collect::<Vec<_>>()).await?;
        Ok(withdrawn)
    }
}
