//! The exclusive right to do one kind of work on a chain.

use std::time::Duration;

use serde::{Serialize, de::DeserializeOwned};
use shared::{edge::Clock, kernel::ChainId};

use crate::{
    error::ChainError,
    store::{Acquired, ChainStore, LEASE_MILLIS, Work},
};

/// One worker's handle on a lease, which it holds after [`Lease::acquire`] only.
#[derive(Debug, Clone)]
pub(crate) struct Lease {
    pub(crate) store: ChainStore,
    pub(crate) chain: ChainId,
    pub(crate) work: Work,
    /// A name that no other worker has.
    pub(crate) worker: String,
    pub(crate) clock: Clock,
}

impl Lease {
    /// The interval between renewals while a poll goes on.
    const RENEWAL: Duration = Duration::from_millis(LEASE_MILLIS as u64 / 3);

    /// Takes the lease or renews it, and reads the progress of its work.
    pub(crate) async fn acquire<T: DeserializeOwned>(&self) -> Result<Acquired<T>, ChainError> {
        Ok(self.store.acquire(self.chain, self.work, &self.worker, self.clock.now()).await?)
    }

    /// Stores the progress of its work.
    ///
    /// # Errors
    /// [`ChainError::LeaseLost`] where another worker has the lease; then nothing is stored.
    pub(crate) async fn save<T: Serialize + Sync>(&self, progress: &T) -> Result<(), ChainError> {
        match self.store.save(self.chain, self.work, &self.worker, progress).await? {
            true => Ok(()),
            false => Err(ChainError::LeaseLost),
        }
    }

    /// Renews the lease again and again, until that fails.
    pub(crate) async fn keep(&self) -> ChainError {
        loop {
            tokio::time::sleep(Self::RENEWAL).await;
            match self.store.renew(self.chain, self.work, &self.worker, self.clock.now()).await {
                Ok(true) => {}
                Ok(false) => return ChainError::LeaseLost,
                Err(error) => return error.into(),
            }
        }
    }

    /// Gives the lease back, so that the next worker need not wait for its end.
    pub(crate) async fn release(&self) {
        // If it cannot be given back, it ends by itself.
        let _ = self.store.release(self.chain, self.work, &self.worker).await;
    }
}
