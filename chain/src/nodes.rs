//! The nodes of one chain.

use futures_util::future::{join, join_all};
use shared::kernel::ChainId;

use crate::node::{Block, Node, NodeError, NodeResult};

/// The nodes of a chain, in order of preference.
#[derive(Debug, Clone)]
pub struct Nodes {
    chain: ChainId,
    nodes: Vec<Node>,
}

impl Nodes {
    /// Nodes that are to be of `chain`.
    pub fn new(chain: ChainId, nodes: Vec<Node>) -> Self {
        Self { chain, nodes }
    }

    /// The number of nodes.
    pub fn count(&self) -> usize {
        self.nodes.len()
    }

    /// The node at `index` by preference.
    pub(crate) fn get(&self, index: usize) -> NodeResult<Node> {
        self.nodes.get(index).cloned().ok_or(NodeError::Inconsistent("there is no node"))
    }

    /// Each node, checked or not.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Node> {
        self.nodes.iter()
    }

    /// The nodes of this chain that answer, each with its newest block. The highest block comes first.
    pub(crate) async fn by_head(&self) -> Vec<(Node, Block)> {
        let asked = self.nodes.iter().map(|node| async move {
            let (head, checked) = join(node.head(), self.check_chain(node)).await;
            checked.ok().and(head.ok()).map(|head| (node.clone(), head))
        });
        let mut answers: Vec<_> = join_all(asked).await.into_iter().flatten().collect();
        answers.sort_by_key(|(_, head)| std::cmp::Reverse(head.number()));
        answers
    }

    /// Refuses a node of another chain, whose deposits nobody made here.
    pub(crate) async fn check_chain(&self, node: &Node) -> NodeResult<()> {
        if node.chain_id().await? == self.chain.number() {
            Ok(())
        } else {
            Err(NodeError::Inconsistent("the node is of another chain"))
        }
    }
}
