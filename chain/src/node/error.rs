//! The failures of nodes.

use alloy::{
    rpc::json_rpc::RpcError,
    transports::{TransportError, TransportErrorKind},
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

/// Keeps the part of an error that may be logged: reqwest's text has the URL in it, and a body may be anything.
pub(super) fn node_error(method: &'static str, error: &TransportError) -> NodeError {
    let failed = |reason: String| NodeError::Failed { method, reason };
    match error {
        RpcError::ErrorResp(refusal) if is_revert(method, refusal.code, &refusal.message) => {
            NodeError::Reverted { message: refusal.message.to_string() }
        }
        RpcError::ErrorResp(refusal) => {
            NodeError::Refused { method, message: format!("{} ({})", refusal.message, refusal.code) }
        }
        RpcError::Transport(TransportErrorKind::HttpError(http)) if matches!(http.status, 400 | 413) => {
            NodeError::Refused { method, message: format!("HTTP status {}", http.status) }
        }
        RpcError::Transport(TransportErrorKind::HttpError(http)) => {
            failed(format!("HTTP status {}", http.status))
        }
        RpcError::Transport(_) => failed("no connection, or none that lasted".to_owned()),
        RpcError::DeserError { .. } | RpcError::NullResp => failed("an answer that is none".to_owned()),
        _ => failed("the request could not be made".to_owned()),
    }
}
