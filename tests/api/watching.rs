//! Watching a chain, simulated with its nodes: whatever the chain does and the nodes say, no deposit is
//! missed, and none is counted twice. Each poll is made by hand, so nothing waits and nothing is left to chance.

mod crashes;
mod deposits;
mod forks;
mod lies;
mod nodes;
mod random;
pub(crate) mod shop;
