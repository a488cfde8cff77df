//! `admin evidence`: lists the deposits that an order keeps in sums.

use anyhow::{Context as _, Result};
use clap::Args;
use shared::{
    checkout::{CheckoutStore, EvidenceRecord, Fact},
    dynamo::Tables,
    kernel::OrderId,
};

use crate::command::database::{DatabaseArguments, unused};

/// Lists the deposits of an order that its `foldedDeposits` counts.
///
/// One line each: chain, transaction, token, amount in base units, and time; then `late`, if it is. `depositTxs` has all others. It needs
/// AWS_REGION and credentials that may read the table of orders in the environment.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Arguments {
    /// The order
    #[arg(value_parser = order_id)]
    order: OrderId,
    /// Table of the orders; the stack's output OrdersTableName
    #[arg(long, env = "ORDERS_TABLE", default_value = "OrdersTable")]
    orders_table: String,
    #[command(flatten)]
    database: DatabaseArguments,
}

const EXAMPLES: &str = "\
Example:
  admin evidence 5392f7a7-d472-4d6b-9848-bd07117fb82d --orders-table STACK-OrdersTable";

/// Lists them.
///
/// # Errors
/// The table cannot be read.
pub(crate) async fn run(arguments: Arguments) -> Result<()> {
    let tables = Tables {
        sessions: unused(),
        orders: arguments.orders_table,
        keys: unused(),
        events: unused(),
        webhooks: unused(),
    };
    let store = CheckoutStore::new(arguments.database.connect(tables).await?);
    let deposits = store.folded_deposits(arguments.order).await.context("the orders cannot be read")?;
    deposits.iter().filter_map(describe).for_each(|line| println!("{line}"));
    Ok(())
}

fn describe(deposit: &EvidenceRecord) -> Option<String> {
    let Fact::Deposit { chain, tx_hash, token, amount, .. } = &deposit.evidence.fact else { return None };
    let (chain, time) = (chain.number(), deposit.evidence.occurred_at.rfc3339());
    let late = if deposit.late { " late" } else { "" };
    Some(format!("{chain} {tx_hash} {token} {amount} {time}{late}"))
}

fn order_id(text: &str) -> Result<OrderId, &'static str> {
    OrderId::parse(text).ok_or("must be the id of an order")
}
