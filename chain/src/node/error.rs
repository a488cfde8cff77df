//! The failures of nodes.

use alloy::{
    rpc::json_rpc::RpcError,
    transports::{
        TransportError,
        layers::{RateLimitRetryPolicy, RetryPolicy as _},
    },
};

/// A node gave no answer that can be used. Never says the node's URL, which may hold an access key.
#[derive(Debug, thiserror::Error)]
pub enum NodeError {
    /// It answered that it does not do this.
    #[error("the node refused {method}: {message}")]
    Refused {
        /// The method that was called.
        method: &'static str,
        /// Its reason.
        message: String,
    },
    /// It wants fewer requests, or none for a while.
    #[error("the node wants fewer requests")]
    Limited,
    /// The contract that it asked refused.
    #[error("the call reverted: {message}")]
    Reverted {
        /// The reason that the node gives.
        message: String,
    },
    /// It gave no answer, or none that can be read.
    #[error("the node did not answer {method}: {reason}")]
    Failed {
        /// The method that was called.
        method: &'static str,
        /// The answer that came instead.
        reason: String,
    },
    /// Its answers do not fit together: it lags, lies, or reorganises at this moment.
    #[error("the node's answers do not fit together: {0}")]
    Inconsistent(&'static str),
    /// It has other blocks than another node.
    #[error("the node is on another fork")]
    OtherFork,
}

/// Short for a result with [`NodeError`].
pub(crate) type NodeResult<T> = Result<T, NodeError>;

/// `true` if the called contract failed, and not the node: code 3, or the words of nodes that have no such code.
fn is_revert(method: &str, code: i64, message: &str) -> bool {
    let message = message.to_lowercase();
    let told = ["revert", "out of gas", "outofgas", "invalid opcode", "invalid jump", "vm execution error"]
        .iter()
        .any(|word| message.contains(word));
    matches!(method, "eth_call" | "eth_estimateGas") && (code == 3 || told)
}

/// True if a node that speaks of limits means the size of one request, not their number. Some nodes have one code for
/// both.
fn wants_smaller(message: &str) -> bool {
    let message = message.to_lowercase();
    ["result", "range", "block", "too large", "size"].iter().any(|word| message.contains(word))
}

/// True if an error tells of a limit on requests, by alloy's list of the providers' codes and words.
fn is_limit(error: &TransportError) -> bool {
    match error {
        RpcError::ErrorResp(refusal) => {
            !wants_smaller(&refusal.message)
                && refusal.message != "header not found"
                && RateLimitRetryPolicy::default().should_retry(error)
        }
        RpcError::Transport(kind) => kind.as_http_error().is_some_and(|http| http.status == 429),
        _ => false,
    }
}

/// Keeps the part of an error that may be logged: reqwest's text has the URL in it, and a body may be anything.
pub(super) fn node_error(method: &'static str, error: &TransportError) -> NodeError {
    let failed = |reason: String| NodeError::Failed { method, reason };
    match error {
        RpcError::ErrorResp(refusal) if is_revert(method, refusal.code, &refusal.message) => {
            NodeError::Reverted { message: refusal.message.to_string() }
        }
        _ if is_limit(error) => NodeError::Limited,
        RpcError::ErrorResp(refusal) => {
            NodeError::Refused { method, message: format!("{} ({})", refusal.message, refusal.code) }
        }
        RpcError::Transport(kind) => match kind.as_http_error().map(|http| http.status) {
            Some(status @ (400 | 413)) => {
                NodeError::Refused { method, message: format!("HTTP status {status}") }
            }
            Some(status) => failed(format!("HTTP status {status}")),
            None => failed("no connection, or none that lasted".to_owned()),
        },
        RpcError::DeserError { .. } | RpcError::NullResp => failed("an answer that is none".to_owned()),
        _ => failed("the request could not be made".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(code: i64, message: &str) -> NodeError {
        let payload = serde_json::json!({"code": code, "message": message}).to_string();
        node_error("eth_getLogs", &RpcError::ErrorResp(serde_json::from_str(&payload).unwrap()))
    }

    #[test]
    fn too_many_requests_are_told_from_one_that_is_too_large() {
        for (code, message) in [
            (-32005, "daily request count exceeded, request rate limited"),
            (-32005, "project ID request rate exceeded"),
            (-32016, "over rate limit"),
            (-32007, "100/second request limit reached"),
            (429, "Your app has exceeded its compute units per second capacity"),
        ] {
            assert!(matches!(refusal(code, message), NodeError::Limited), "{message}");
        }
        for (code, message) in [
            (-32005, "query returned more than 10000 results"),
            (-32602, "Log response size exceeded"),
            (-32000, "block range is too wide"),
            (-32600, "eth_getLogs is limited to a 500 range"),
            (-32000, "header not found"),
        ] {
            assert!(matches!(refusal(code, message), NodeError::Refused { .. }), "{message}");
        }
    }
}
