//! Retries of calls that the SDK does not retry by itself.

use aws_sdk_dynamodb::operation::{
    delete_item::DeleteItemError, put_item::PutItemError, transact_write_items::TransactWriteItemsError,
    update_item::UpdateItemError,
};
use aws_smithy_runtime_api::client::{
    interceptors::context::{Error as OperationError, InterceptorContext},
    orchestrator::OrchestratorError,
    retries::classifiers::{ClassifyRetry, RetryAction, RetryClassifierPriority},
};

use crate::dynamo::codes::is_contended;

/// Makes the SDK repeat, with its own back-off and jitter, two failures that it does not repeat by default: a
/// transaction cancelled by contention, and a plain write to an item that a transaction is changing.
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
