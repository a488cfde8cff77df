//! Faults of a request on its way to the database.

use std::sync::Arc;

use axum::{
    http::StatusCode,
    response::{IntoResponse as _, Response},
};
use serde_json::{Value, json};
use tokio::sync::Semaphore;

/// The fate of a request instead of an answer.
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
    /// DynamoDB throttles the account or table.
    Throttled,
    /// A partition has no capacity left; in a transaction, that of one of its items.
    ThroughputExceeded,
    /// Another transaction is changing an item; in a transaction, one of its items. Reads do not conflict.
    Conflict,
    /// A transaction with the same client token is in progress. No other call meets this.
    InProgress,
    /// DynamoDB finds a fault in the request itself.
    Rejected,
    /// The answer is changed on its way back.
    Rewritten(fn(&mut Value)),
    /// The request waits outside until the semaphore lets it in.
    Held(Arc<Semaphore>),
}

impl Fault {
    /// DynamoDB's answer to a request that it does not carry out; `None` if it would. In a transaction, the item at
    /// `place` has the fault, counted round.
    pub(crate) fn refusal(&self, operation: &str, body: &[u8], place: usize) -> Option<Response> {
        let is_read = matches!(operation, "GetItem" | "BatchGetItem" | "Query" | "Scan");
        match self {
            Self::ServerError => Some(refuse(StatusCode::INTERNAL_SERVER_ERROR, "InternalServerError")),
            Self::Throttled => Some(refuse(StatusCode::BAD_REQUEST, "ThrottlingException")),
            Self::Rejected => Some(refuse(StatusCode::BAD_REQUEST, "ValidationException")),
            Self::ThroughputExceeded if operation == "TransactWriteItems" => {
                Some(cancel(body, place, "ProvisionedThroughputExceeded"))
            }
            Self::ThroughputExceeded => {
                Some(refuse(StatusCode::BAD_REQUEST, "ProvisionedThroughputExceededException"))
            }
            Self::Conflict if operation == "TransactWriteItems" => {
                Some(cancel(body, place, "TransactionConflict"))
            }
            Self::Conflict if !is_read => {
                Some(refuse(StatusCode::BAD_REQUEST, "TransactionConflictException"))
            }
            Self::InProgress if operation == "TransactWriteItems" => {
                Some(refuse(StatusCode::BAD_REQUEST, "TransactionInProgressException"))
            }
            _ => None,
        }
    }
}

/// An error, as DynamoDB answers one.
pub(crate) fn refuse(status: StatusCode, kind: &str) -> Response {
    answer(
        status,
        &json!({"__type": format!("com.amazonaws.dynamodb.v20120810#{kind}"), "message": "injected"}),
    )
}

/// The cancellation of a transaction by one of its items.
fn cancel(body: &[u8], place: usize, code: &str) -> Response {
    let request: Value = serde_json::from_slice(body).unwrap();
    let count = request["TransactItems"].as_array().unwrap().len();
    let reasons = (0..count).map(|at| json!({"Code": if at == place % count { code } else { "None" }}));
    let body = json!({
        "__type": "com.amazonaws.dynamodb.v20120810#TransactionCanceledException",
        "Message": format!("Transaction cancelled, please refer cancellation reasons for specific reasons [{code}]"),
        "CancellationReasons": reasons.collect::<Vec<_>>(),
    });
    answer(StatusCode::BAD_REQUEST, &body)
}

fn answer(status: StatusCode, body: &Value) -> Response {
    (status, [("content-type", "application/x-amz-json-1.0")], body.to_string()).into_response()
}

/// Faults that requests meet at random.
pub(crate) struct Weather {
    one_in: usize,
    faults: Vec<Fault>,
    random: fastrand::Rng,
}

impl Weather {
    /// One in this many requests meets one of these faults.
    pub(crate) fn new(one_in: usize, faults: &[Fault], seed: u64) -> Self {
        Self { one_in, faults: faults.to_vec(), random: fastrand::Rng::with_seed(seed) }
    }

    /// The fault of the next request, if any.
    pub(crate) fn draw(&mut self) -> Option<Fault> {
        let met = self.random.usize(..self.one_in) == 0;
        met.then(|| self.random.choice(&self.faults).cloned())?
    }
}
