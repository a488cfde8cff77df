//! A chain as one node shows it during one poll.

use std::cmp::Ordering;

use shared::chains::Chain;

use crate::{
    error::ChainError,
    node::{Block, Node, NodeError, NodeResult, Receipt},
};

/// The chain as its first node shows it.
pub(super) struct View {
    pub(super) node: Node,
    pub(super) head: Block,
    /// All nodes that answer, this one first, and their newest blocks.
    pub(super) nodes: Vec<(Node, Block)>,
    /// The number of the last final block.
    pub(super) last_final: u64,
    /// `true` if no other node is left to be asked in this poll.
    pub(super) is_last: bool,
}

impl View {
    /// The view of the node at `position` of those that answer.
    pub(super) async fn through(
        position: usize,
        mut nodes: Vec<(Node, Block)>,
        chain: &Chain,
    ) -> NodeResult<Self> {
        let is_last = position + 1 == nodes.len();
        nodes.rotate_left(position);
        let first = nodes.first().cloned();
        let (node, head) = first.ok_or(NodeError::Inconsistent("there is no node"))?;
        let last_final = node.final_block(&head, chain.confirmations).await?;
        let last_final = last_final.map_or(0, |block| block.number());
        Ok(Self { node, head, nodes, last_final, is_last })
    }

    /// Has the nodes that have come as far confirm a receipt, as far as they answer. An executed order stays so:
    /// one node's word is not enough where there are more.
    pub(super) async fn check(&self, receipt: &Receipt) -> Result<(), ChainError> {
        let (mut for_it, mut against) = (0, 0);
        for (node, head) in &self.nodes {
            if head.number() >= receipt.block_number() {
                match node.receipt(receipt.transaction_hash).await {
                    Ok(Some(other)) if other.tells_the_same_as(receipt) => for_it += 1,
                    Ok(_) => against += 1,
                    Err(_) => {}
                }
            }
        }
        match for_it.cmp(&against) {
            Ordering::Greater => Ok(()),
            Ordering::Equal => Err(ChainError::Contradiction),
            Ordering::Less => Err(NodeError::OtherFork.into()),
        }
    }
}
