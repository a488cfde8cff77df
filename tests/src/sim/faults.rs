//! The faults of a node.

use std::collections::{HashMap, HashSet};

use super::block::Payment;

/// Everything that can be wrong with a node, each by itself; nothing is, by default.
#[derive(Debug, Clone, Default)]
pub struct Faults {
    /// The way in which every request is met, or those for one method.
    pub answer: Option<(Option<&'static str>, Answer)>,
    /// By how many blocks the node is behind its chain.
    pub lag: u64,
    /// The most blocks that one question for logs may cover.
    pub max_log_blocks: Option<u64>,
    /// The most addresses that one question for logs may list.
    pub max_log_addresses: Option<usize>,
    /// The most logs that one answer may have.
    pub max_logs: Option<usize>,
    /// The hashes of transactions of which it tells no logs.
    pub hidden_logs: HashSet<String>,
    /// The hashes of transactions that it knows nothing of.
    pub hidden: HashSet<String>,
    /// Payments that it claims to be in the block of that number.
    pub invented: Vec<(u64, Payment)>,
    /// Payments that it shows in place of real ones, by hash.
    pub changed: HashMap<String, Payment>,
    /// The id of another chain, which it says it is of.
    pub chain_id: Option<u64>,
    /// Hangs forever from so many calls on.
    pub hang_after: Option<usize>,
    /// Hangs at the next request for this method.
    pub hang_at: Option<&'static str>,
    /// Takes transactions in, and then loses them.
    pub loses_sent: bool,
}

/// The way in which a node meets a request instead of answering it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// Not at all.
    Never,
    /// With this HTTP status.
    Status(u16),
    /// With an error in JSON-RPC.
    Error,
    /// With something that is no JSON.
    Garbage,
    /// With a result that is none of its kind.
    Nonsense,
}
