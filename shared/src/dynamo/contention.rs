//! Contention: calls that DynamoDB refuses because of other calls, not because of their own conditions.
//!
//! DynamoDB cancels a transaction that meets another one on the same item, and refuses a plain write there. The SDK
//! repeats such calls. In a race of many, its retries can run out before the items are free. Then only a read can tell
//! the losers the result: reads do not conflict.

use std::time::{Duration, Instant};

use aws_sdk_dynamodb::{
    error::{ProvideErrorMetadata as _, SdkError},
    operation::transact_write_items::TransactWriteItemsError,
};
use futures_util::future::BoxFuture;

use crate::dynamo::{
    Database, StoreError,
    transact::{Outcome, Refusals, Transaction},
};

/// The time after the first call in which a call is repeated. With the last call's own three seconds, and those of the
/// read after it, a function stays within its ten.
const PATIENCE: Duration = Duration::from_secs(3);
/// The time limit for a read, which may itself have to store an expiry and meet contention there.
const LONGEST_LOOK: Duration = Duration::from_secs(3);
const FIRST_PAUSE: Duration = Duration::from_millis(50);
const LONGEST_PAUSE: Duration = Duration::from_millis(400);

/// Limits the time in which a call is repeated under contention.
pub(crate) struct Patience {
    began: Instant,
    pause: Duration,
}

impl Patience {
    pub(crate) fn new() -> Self {
        Self { began: Instant::now(), pause: FIRST_PAUSE }
    }

    /// Waits before the call is repeated.
    ///
    /// # Errors
    /// `error` itself, unless it is [`StoreError::Contended`] and there is time left.
    pub(crate) async fn wait_after(&mut self, error: StoreError) -> Result<(), StoreError> {
        if !matches!(error, StoreError::Contended(_)) || self.began.elapsed() >= PATIENCE {
            return Err(error);
        }
        tokio::time::sleep(self.pause).await;
        self.pause = (self.pause * 2).min(LONGEST_PAUSE);
        Ok(())
    }
}

/// The outcome of a transaction that was repeated under contention.
pub(crate) enum Contest<T> {
    /// Everything was written, by this call.
    Written,
    /// At least one condition did not hold.
    Refused(Refusals),
    /// A read, made while the items were contended, has decided.
    Found(T),
}

impl Database {
    /// Sends a transaction until it is written or refused. While its items are contended, `look` reads them; a result
    /// (`Some`, or an error) ends the call. All attempts have one random client `token`, so DynamoDB recognises an
    /// attempt whose answer was lost. That requires identical bytes: an item built anew would have its attributes in
    /// another order, which Amazon's DynamoDB Local takes for other content.
    ///
    /// # Errors
    /// Those of `look`; [`StoreError::Contended`] if it found nothing in time; [`StoreError::Unavailable`],
    /// [`StoreError::Internal`].
    pub(crate) async fn contend<'a, T>(
        &self,
        token: u128,
        transaction: Transaction,
        look: impl Fn() -> BoxFuture<'a, Result<Option<T>, StoreError>>,
    ) -> Result<Contest<T>, StoreError> {
        let token = format!("{token:032x}");
        let mut patience = Patience::new();
        loop {
            let contended = match self.transact_with(Some(token.clone()), transaction.clone()).await {
                Ok(Outcome::Written) => return Ok(Contest::Written),
                Ok(Outcome::Refused(refusals)) => return Ok(Contest::Refused(refusals)),
                Err(error @ StoreError::Contended(_)) => error,
                Err(error) => return Err(error),
            };
            let may_be_ours = is_in_progress(&contended);
            let given_up = patience.wait_after(contended).await.err();
            // An attempt of this call that is still in progress will be answered under its token. A read before that
            // might take this call's own write for another's.
            if (given_up.is_some() || !may_be_ours)
                && let Some(found) = unless_contended(look()).await?
            {
                return Ok(Contest::Found(found));
            }
            if let Some(error) = given_up {
                return Err(error);
            }
        }
    }
}

/// A read that meets contention itself, or takes too long, counts as one without a result.
async fn unless_contended<T>(
    look: impl Future<Output = Result<Option<T>, StoreError>>,
) -> Result<Option<T>, StoreError> {
    match tokio::time::timeout(LONGEST_LOOK, look).await {
        Err(_) | Ok(Err(StoreError::Contended(_))) => Ok(None),
        Ok(found) => found,
    }
}

fn is_in_progress(error: &StoreError) -> bool {
    let StoreError::Contended(source) = error else { return false };
    let error = source.downcast_ref::<SdkError<TransactWriteItemsError>>();
    error.and_then(SdkError::code) == Some("TransactionInProgressException")
}

#[cfg(test)]
mod tests {
    use std::future::{pending, ready};

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_look_is_bounded_and_its_other_errors_are_told() {
        assert!(unless_contended(pending::<Result<Option<()>, _>>()).await.unwrap().is_none());
        assert!(
            unless_contended(ready(Err::<Option<()>, _>(StoreError::Contended("".into()))))
                .await
                .unwrap()
                .is_none()
        );
        assert!(
            unless_contended(ready(Err::<Option<()>, _>(StoreError::Unavailable("".into())))).await.is_err()
        );
        assert_eq!(unless_contended(ready(Ok(Some(1)))).await.unwrap(), Some(1));
    }
}
