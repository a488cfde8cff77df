//! DynamoDB's error and cancellation codes, by their meaning for a caller.

use aws_sdk_dynamodb::types::CancellationReason;

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

/// Error codes of a failure of DynamoDB itself, which may come after a write took effect.
pub(crate) fn is_outage(code: &str) -> bool {
    ["InternalServerError", "ServiceUnavailable", "ServiceUnavailableException"].contains(&code)
}

/// Returns true if at least one part of a cancelled transaction met contention.
pub(crate) fn is_contended(reasons: &[CancellationReason]) -> bool {
    reasons.iter().filter_map(CancellationReason::code).any(is_contention)
}
