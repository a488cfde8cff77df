//! Contention: calls that DynamoDB refuses because of other calls, not because of their own conditions.
//!
//! DynamoDB cancels a transaction that meets another one on the same item, and refuses a plain write there. The
//! SDK repeats such calls. In a race of many its retries can run out before the items are free, and then only a
//! read can tell the losers who has won: reads do not conflict.

use std::time::{Duration, Instant};

use aws_sdk_dynamodb::{
    error::{ProvideErrorMetadata as _, SdkError},
    operation::{
        delete_item::DeleteItemError, put_item::PutItemError, transact_write_items::TransactWriteItemsError,
        update_item::UpdateItemError,
    },
    types::{CancellationReason, TransactWriteItem},
};
use aws_smithy_runtime_api::client::{
    interceptors::context::{Error as OperationError, InterceptorContext},
    orchestrator::OrchestratorError,
    retries::classifiers::{ClassifyRetry, RetryAction, RetryClassifierPriority},
};
use futures_util::future::BoxFuture;

use crate::{
    Error,
    dynamo::{
        Store,
        transact::{Outcome, Refusals},
    },
};

/// No call is begun anew when this much time has passed since the first. With the last call's own three
/// seconds, and those of the look after it, a function stays within its ten.
const PATIENCE: Duration = Duration::from_secs(3);
/// A look may itself have an expiry to write, and meet contention there.
const LONGEST_LOOK: Duration = Duration::from_secs(3);
const FIRST_PAUSE: Duration = Duration::from_millis(50);
const LONGEST_PAUSE: Duration = Duration::from_millis(400);

/// Error and cancellation codes of a call that DynamoDB did not carry out because of other calls.
pub(crate) fn is_contention(code: &str) -> bool {
    [
        "TransactionConflict",
        "TransactionConflictException",
        "TransactionInProgressException",
        "ThrottlingError",
        "ThrottlingException",
        "ProvisionedThroughputExceeded",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "LimitExceededException",
    ]
    .contains(&code)
}

/// Error codes of a failure of DynamoDB's own, which may come after a write was made.
pub(crate) fn is_outage(code: &str) -> bool {
    ["InternalServerError", "ServiceUnavailable", "ServiceUnavailableException"].contains(&code)
}

/// Whether at least one part of a cancelled transaction met contention.
pub(crate) fn is_contended(reasons: &[CancellationReason]) -> bool {
    reasons.iter().filter_map(CancellationReason::code).any(is_contention)
}

/// Has the SDK repeat, with its own back-off and jitter, what it does not repeat by itself: a transaction that
/// was cancelled by contention, and a plain write to an item that a transaction is at work on.
#[derive(Debug)]
pub(crate) struct RetryContended;

impl ClassifyRetry for RetryContended {
    fn classify_retry(&self, context: &InterceptorContext) -> RetryAction {
        let error =
            context.output_or_error().and_then(Result::err).and_then(OrchestratorError::as_operation_error);
        match error.is_some_and(met_contention) {
            true => RetryAction::throttling_error(),
            false => RetryAction::NoActionIndicated,
        }
    }

    fn name(&self) -> &'static str {
        "Contended Write"
    }

    fn priority(&self) -> RetryClassifierPriority {
        RetryClassifierPriority::run_after(RetryClassifierPriority::modeled_as_retryable_classifier())
    }
}

fn met_contention(error: &OperationError) -> bool {
    if let Some(error) = error.downcast_ref::<TransactWriteItemsError>() {
        return match error {
            TransactWriteItemsError::TransactionCanceledException(it) => {
                is_contended(it.cancellation_reasons())
            }
            _ => error.is_transaction_in_progress_exception(),
        };
    }
    let conflicts = [
        error.downcast_ref().map(PutItemError::is_transaction_conflict_exception),
        error.downcast_ref().map(UpdateItemError::is_transaction_conflict_exception),
        error.downcast_ref().map(DeleteItemError::is_transaction_conflict_exception),
    ];
    conflicts.contains(&Some(true))
}

/// Bounds how long a call is repeated under contention.
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
    /// `error` itself, unless it is [`Error::Contended`] and there is time left.
    pub(crate) async fn wait_after(&mut self, error: Error) -> Result<(), Error> {
        if !matches!(error, Error::Contended(_)) || self.began.elapsed() >= PATIENCE {
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

impl Store {
    /// Sends a transaction until it is written or refused. While its items are contended, `look` reads them: what
    /// it finds (`Some`, or an error) ends the call. All attempts have one client `token`, which is random: so an attempt whose
    /// answer was lost is recognised by the next. For that they are alike to the byte; an item made anew would have its
    /// attributes in another order, which Amazon's DynamoDB Local takes for other content.
    ///
    /// # Errors
    /// Those of `look`; [`Error::Contended`] where it found nothing until time was up; [`Error::Unavailable`],
    /// [`Error::Internal`].
    pub(crate) async fn contend<'a, T>(
        &self,
        token: u128,
        writes: Vec<TransactWriteItem>,
        look: impl Fn() -> BoxFuture<'a, Result<Option<T>, Error>>,
    ) -> Result<Contest<T>, Error> {
        let token = format!("{token:032x}");
        let mut patience = Patience::new();
        loop {
            let contended = match self.transact_with(Some(token.clone()), writes.clone()).await {
                Ok(Outcome::Written) => return Ok(Contest::Written),
                Ok(Outcome::Refused(refusals)) => return Ok(Contest::Refused(refusals)),
                Err(error @ Error::Contended(_)) => error,
                Err(error) => return Err(error),
            };
            let may_be_ours = is_in_progress(&contended);
            let given_up = patience.wait_after(contended).await.err();
            // An attempt of this very call that is in progress will be answered under its token. Before that, a
            // read might take for another's what this call has written.
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

/// A look that itself meets contention, or takes too long, has found nothing yet.
async fn unless_contended<T>(
    look: impl Future<Output = Result<Option<T>, Error>>,
) -> Result<Option<T>, Error> {
    match tokio::time::timeout(LONGEST_LOOK, look).await {
        Err(_) | Ok(Err(Error::Contended(_))) => Ok(None),
        Ok(found) => found,
    }
}

fn is_in_progress(error: &Error) -> bool {
    let Error::Contended(source) = error else { return false };
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
            unless_contended(ready(Err::<Option<()>, _>(Error::Contended("".into()))))
                .await
                .unwrap()
                .is_none()
        );
        assert!(unless_contended(ready(Err::<Option<()>, _>(Error::Unavailable("".into())))).await.is_err());
        assert_eq!(unless_contended(ready(Ok(Some(1)))).await.unwrap(), Some(1));
    }
}
