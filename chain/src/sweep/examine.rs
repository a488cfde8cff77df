//! The examination of orders: whether sweeping each by itself would succeed.

use alloy::primitives::{Address, U256};

use super::{
    candidate::Candidate, gas_wallet::GasWallet, order_sweep::OrderSweep, send::TRANSACTION_GAS,
    sweeper::Sweeper, view::View,
};
use crate::{
    abi,
    error::ChainError,
    node::{Node, NodeError, NodeResult},
};

/// The number of orders that a node may fail at before the next one is asked.
const MAX_FAILURES: usize = 3;

const REFUSED: &str = "the recipient or the token refuses the transfer";

const OTHER_FACTORY: &str =
    "its deposit address is not of this factory: flush it by hand (contracts/README.md)";

/// The finding on an order that is to be swept.
enum Finding {
    /// There is nothing in its forwarder.
    Empty,
    /// Its forwarder is none of this factory's.
    OtherFactory,
    /// Sweeping it would succeed.
    Passes,
}

impl Sweeper {
    /// The sweeps of those candidates that would succeed. The others are put off, or have their end.
    pub(super) async fn sweepable(
        &self,
        view: &View,
        wallet: &GasWallet,
        candidates: &[Candidate],
    ) -> Result<Vec<OrderSweep>, ChainError> {
        let (mut sweeps, mut failures) = (Vec::new(), Vec::new());
        for candidate in candidates {
            let Some(sweep) = candidate.sweep() else { continue };
            match self.examine(view, wallet, &sweep).await {
                Ok(finding) => sweeps.extend(self.act_on(finding, view, candidate, sweep).await?),
                Err(NodeError::Reverted { .. }) => self.refuse_or_fail(candidate, REFUSED).await?,
                Err(error) => {
                    // The order itself may be why, so the others do not wait for it.
                    if view.is_last {
                        self.put_off(&candidate.unswept).await?;
                    }
                    failures.push(error);
                    if failures.len() == MAX_FAILURES {
                        break;
                    }
                }
            }
        }
        match failures.pop() {
            Some(error) if sweeps.is_empty() => return Err(error.into()),
            Some(error) => self.context.log(&error.into()),
            None => {}
        }
        Ok(sweeps)
    }

    /// The sweep, if it is to be in the transaction.
    async fn act_on(
        &self,
        finding: Finding,
        view: &View,
        candidate: &Candidate,
        sweep: OrderSweep,
    ) -> Result<Option<OrderSweep>, ChainError> {
        match finding {
            Finding::Empty => self.execute_swept(view, candidate, &sweep).await?,
            Finding::OtherFactory => {
                let chain = &self.context.chain.name;
                tracing::warn!(chain, order_id = %sweep.order_id, "{OTHER_FACTORY}");
                self.put_off(&candidate.unswept).await?;
            }
            Finding::Passes if candidate.wastes_gas() => self.fail(candidate, REFUSED).await?,
            Finding::Passes => {
                self.accept(candidate).await?;
                return Ok(Some(sweep));
            }
        }
        Ok(None)
    }

    /// Simulates the sweep of one order by itself, within its share of gas.
    async fn examine(&self, view: &View, wallet: &GasWallet, sweep: &OrderSweep) -> NodeResult<Finding> {
        if balance(&view.node, sweep).await?.is_zero() {
            return Ok(Finding::Empty);
        }
        let order = sweep.factory_order();
        let (from, factory) = (wallet.account(), wallet.factory);
        let address = match view.node.call(from, factory, &abi::address_of(&order)).await {
            Ok(answer) => abi::read_address(&answer),
            // Whatever there is, it is no factory of ours.
            Err(NodeError::Reverted { .. }) => None,
            Err(error) => return Err(error),
        };
        if address != Some(sweep.forwarder) {
            return Ok(Finding::OtherFactory);
        }
        let gas = self.context.chain.flush_gas + TRANSACTION_GAS;
        view.node.call_within(from, factory, &abi::flush(&order), gas).await?;
        Ok(Finding::Passes)
    }
}

/// The amount of the order's token in its forwarder.
async fn balance(node: &Node, sweep: &OrderSweep) -> NodeResult<U256> {
    if sweep.token == Address::ZERO {
        return node.balance(sweep.forwarder).await;
    }
    let answer = node.call(sweep.forwarder, sweep.token, &abi::balance_of(sweep.forwarder)).await?;
    abi::read_balance(&answer)
        .ok_or_else(|| NodeError::Reverted { message: "its balance cannot be read".to_owned() })
}
