//! Receipts, and the amounts in them.

use alloy::{
    primitives::{Address, B256, LogData, U256},
    sol_types::SolEvent as _,
};
use proptest::prelude::*;
use serde_json::json;
use shared::kernel::{BaseUnits, OrderId};

use super::OrderSweep;
use crate::{
    abi::{FlushFailed, Flushed, Transfer},
    node::Receipt,
};

const FACTORY: Address = Address::repeat_byte(0xfa);
const OTHER: Address = Address::repeat_byte(0x0e);

fn sweep(paid: u64) -> OrderSweep {
    OrderSweep {
        order_id: OrderId::new(7),
        forwarder: Address::repeat_byte(0xf0),
        recipient: Address::repeat_byte(0x4e),
        token: Address::repeat_byte(0x70),
        paid: BaseUnits::parse(&paid.to_string()).unwrap(),
        from_block: 101,
    }
}

fn receipt(logs: &[(Address, LogData)]) -> Receipt {
    let hash = B256::repeat_byte(1);
    let logs = logs.iter().enumerate().map(|(index, (emitter, content))| {
        json!({
            "address": emitter, "topics": content.topics(), "data": content.data, "removed": false,
            "blockHash": hash, "blockNumber": "0x1", "transactionHash": hash, "transactionIndex": "0x0",
            "logIndex": format!("{index:#x}"),
        })
    });
    serde_json::from_value(json!({
        "status": "0x1", "transactionHash": hash, "blockHash": hash, "blockNumber": "0x1",
        "logs": logs.collect::<Vec<_>>(),
    }))
    .unwrap()
}

fn flushed(sweep: &OrderSweep, amount: u64) -> (Address, LogData) {
    let event = Flushed { token: sweep.token, recipient: sweep.recipient, amount: U256::from(amount) };
    (sweep.forwarder, event.encode_log_data())
}

fn delivered(sweep: &OrderSweep, amount: u64) -> (Address, LogData) {
    let (from, to, value) = (sweep.forwarder, sweep.recipient, U256::from(amount));
    (sweep.token, Transfer { from, to, value }.encode_log_data())
}

fn failed(sweep: &OrderSweep) -> (Address, LogData) {
    let order = sweep.factory_order();
    let (salt, recipient, token) = (order.salt, order.recipient, order.token);
    (FACTORY, FlushFailed { salt, recipient, token, reason: Default::default() }.encode_log_data())
}

#[test]
fn the_logs_of_another_forwarder_token_or_recipient_do_not_count() {
    let sweep = sweep(5);
    let others = [
        OrderSweep { forwarder: OTHER, ..sweep.clone() },
        OrderSweep { token: OTHER, ..sweep.clone() },
        OrderSweep { recipient: OTHER, ..sweep.clone() },
    ];
    for other in others {
        assert!(!sweep.is_in(&receipt(&[flushed(&other, 5), delivered(&sweep, 5), failed(&sweep)])));
    }
    assert!(sweep.is_in(&receipt(&[flushed(&sweep, 5)])));
}

#[test]
fn only_the_factorys_log_shows_that_an_order_failed() {
    let sweep = sweep(5);
    let shown = receipt(&[failed(&sweep), (OTHER, failed(&sweep).1), flushed(&sweep, 5)]);
    let failures: Vec<_> = shown.logs.iter().map(|log| sweep.is_failed_by(log, FACTORY)).collect();
    assert_eq!(failures, [true, false, false]);
    let other = OrderSweep { order_id: OrderId::new(8), ..sweep };
    assert!(!other.is_failed_by(&shown.logs[0], FACTORY));
}

proptest! {
    #[test]
    fn the_tokens_own_transfers_decide_what_was_delivered(left in 1..1_000_000_u64, fee in 0..1_000_000_u64) {
        let (sweep, arrived) = (sweep(left), left.saturating_sub(fee));
        let with_fee = receipt(&[delivered(&sweep, arrived), flushed(&sweep, left)]);
        let native = receipt(&[flushed(&sweep, left)]);
        let units = |amount: u64| BaseUnits::parse(&amount.to_string());
        prop_assert_eq!(sweep.left_by(&[&with_fee, &native]), U256::from(2 * left));
        prop_assert_eq!(sweep.delivered_by(&[&with_fee]), units(arrived));
        prop_assert_eq!(sweep.delivered_by(&[&with_fee, &native]), units(arrived + left));
        prop_assert_eq!(sweep.last_index_in(&with_fee), Some(1));
    }

    #[test]
    fn an_order_is_done_by_its_own_transaction_or_by_all_that_was_paid(
        paid in 1..1_000_u64, before in 0..1_000_u64, ours: bool,
    ) {
        let sweep = sweep(paid);
        let former = receipt(&[flushed(&sweep, before)]);
        let own = receipt(&if ours { vec![flushed(&sweep, 1)] } else { vec![failed(&sweep)] });
        prop_assert_eq!(sweep.is_done_by(&[&former], &own), ours || before >= paid);
        prop_assert_eq!(sweep.is_whole_in(&former), before >= paid);
    }
}

#[test]
fn nothing_is_done_by_nothing() {
    assert!(!sweep(0).is_done_by(&[], &receipt(&[])));
}
