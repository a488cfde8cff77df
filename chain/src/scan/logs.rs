//! Logs, asked for in portions that a node takes.

use std::ops::RangeInclusive;

use alloy::{primitives::Address, rpc::types::Log};
use futures_util::future::try_join_all;
use shared::chains::Chain;

use crate::node::{LogQuery, Node, NodeError, NodeResult};

/// The most that one `eth_getLogs` may ask for: as the settings allow, less after a refusal.
#[derive(Debug, Clone, Copy)]
pub(crate) struct LogLimits {
    blocks: u64,
    addresses: usize,
}

impl LogLimits {
    pub(crate) fn new(chain: &Chain) -> Self {
        Self { blocks: chain.max_log_blocks, addresses: chain.max_log_addresses }
    }

    /// The number of questions that list so many addresses.
    pub(super) fn questions(&self, addresses: usize) -> usize {
        addresses.div_ceil(self.addresses)
    }

    /// Lowers a limit after a refusal: that of blocks first, since providers limit those most often. `false` where
    /// there is nothing left to halve.
    fn halve(&mut self, blocks: u64, addresses: usize) -> bool {
        if blocks > 1 {
            self.blocks = blocks / 2;
        } else if addresses > 1 {
            self.addresses = addresses / 2;
        } else {
            return false;
        }
        true
    }

    /// Raises the limits after a success: a refusal may have been a moment's.
    fn grow(&mut self, chain: &Chain) {
        self.blocks = (self.blocks + self.blocks / 8 + 1).min(chain.max_log_blocks);
        self.addresses = (self.addresses + self.addresses / 8 + 1).min(chain.max_log_addresses);
    }
}

/// The logs of these addresses, asked for in portions that the node takes.
pub(super) async fn logs(
    node: &Node,
    chain: &Chain,
    limits: &mut LogLimits,
    query: &LogQuery,
    addresses: &[Address],
    range: &RangeInclusive<u64>,
) -> NodeResult<Vec<Log>> {
    let before = *limits;
    let addresses: Vec<_> = addresses.chunks(before.addresses).collect();
    let mut portions = Vec::with_capacity(addresses.len());
    for some in addresses.chunks(Node::AT_ONCE) {
        let asked = some.iter().map(|some| portion(node, chain, before, query, some, range, |_| true));
        // A refusal of the smallest request has another reason than its size.
        portions.extend(try_join_all(asked).await.inspect_err(|_| *limits = LogLimits::new(chain))?);
    }
    limits.blocks = portions.iter().map(|(limits, _)| limits.blocks).min().unwrap_or(before.blocks);
    limits.addresses = portions.iter().map(|(limits, _)| limits.addresses).min().unwrap_or(before.addresses);
    Ok(portions.into_iter().flat_map(|(_, logs)| logs).collect())
}

/// The logs of some of the addresses that are to be kept, oldest first, and the limits that the node kept to at last.
pub(crate) async fn portion(
    node: &Node,
    chain: &Chain,
    mut limits: LogLimits,
    query: &LogQuery,
    addresses: &[Address],
    range: &RangeInclusive<u64>,
    keep: impl Fn(&Log) -> bool,
) -> NodeResult<(LogLimits, Vec<Log>)> {
    let mut logs = Vec::new();
    let mut open = vec![(addresses, *range.start())];
    while let Some((some, from)) = open.pop() {
        let to = (*range.end()).min(from.saturating_add(limits.blocks - 1));
        match node.logs_of(query, &(from..=to), some).await {
            Ok(found) => {
                logs.extend(found.into_iter().filter(&keep));
                limits.grow(chain);
                if to < *range.end() {
                    open.push((some, to + 1));
                }
            }
            Err(NodeError::Refused { .. }) if limits.halve(to - from + 1, some.len()) => {
                let (some, others) = some.split_at(some.len().min(limits.addresses));
                open.push((some, from));
                if !others.is_empty() {
                    open.push((others, from));
                }
            }
            Err(error) => return Err(error),
        }
    }
    Ok((limits, logs))
}
