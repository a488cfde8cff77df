//! What can happen to a request on its way to the database.

use std::sync::Arc;

use serde_json::Value;
use tokio::sync::Semaphore;

/// What happens to a request instead of an answer.
#[derive(Debug, Clone)]
pub enum Fault {
    /// The connection breaks before the request arrives.
    Lost,
    /// The request is carried out, and the connection breaks before its answer arrives.
    AnswerLost,
    /// The request never arrives, and the connection stays.
    Hangs,
    /// The request is carried out, and its answer never comes.
    AnswerHangs,
    /// DynamoDB fails.
    ServerError,
    /// DynamoDB throttles.
    Throttled,
    /// Another transaction is at work on an item.
    Conflict,
    /// DynamoDB finds the request itself at fault.
    Rejected,
    /// The answer is changed on its way back.
    Rewritten(fn(&mut Value)),
    /// The request waits outside until the semaphore lets it in.
    Held(Arc<Semaphore>),
}

/// Faults that requests meet by chance.
pub(crate) struct Weather {
    one_in: usize,
    faults: Vec<Fault>,
    random: fastrand::Rng,
}

impl Weather {
    /// One request in so many meets one of these.
    pub(crate) fn new(one_in: usize, faults: &[Fault], seed: u64) -> Self {
        Self { one_in, faults: faults.to_vec(), random: fastrand::Rng::with_seed(seed) }
    }

    /// What the next request meets, if anything.
    pub(crate) fn draw(&mut self) -> Option<Fault> {
        let met = self.random.usize(..self.one_in) == 0;
        met.then(|| self.random.choice(&self.faults).cloned())?
    }
}
