//! The shape of the transaction in flight: deployments have stored it, and read it after an update.

use alloy::primitives::{Address, B256, Bytes};
use shared::kernel::{BaseUnits, OrderId, Timestamp};

use super::{Batch, InFlight, SignedTransaction};
use crate::sweep::order_sweep::OrderSweep;

fn in_flight() -> InFlight {
    let order = OrderSweep {
        order_id: OrderId::new(7),
        forwarder: Address::repeat_byte(0xf0),
        recipient: Address::repeat_byte(0x4e),
        token: Address::repeat_byte(0x70),
        paid: BaseUnits::parse("1000000").unwrap(),
        from_block: 101,
    };
    let signed = SignedTransaction {
        hash: B256::repeat_byte(0x60),
        raw: Bytes::from_static(&[2, 0xf8]),
        max_fee: 3_000_000_000,
        tip: 1_000_000_000,
    };
    let batch = Batch {
        from: Address::repeat_byte(0x19),
        nonce: 4,
        gas_limit: 317_864,
        call: Bytes::from_static(&[1, 2, 3]),
        orders: vec![order],
        signed: vec![signed],
        sent_at: Timestamp::from_millis(1_759_387_147_944),
    };
    InFlight { batch: Some(batch) }
}

#[test]
fn a_transaction_in_flight_keeps_its_shape() {
    let text = serde_json::to_string(&in_flight()).unwrap();
    insta::assert_snapshot!(text, @r#"{"batch":{"from":"0x1919191919191919191919191919191919191919","nonce":4,"gas_limit":317864,"call":"0x010203","orders":[{"order_id":"00000000-0000-4000-8000-000000000007","forwarder":"0xf0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0","recipient":"0x4e4e4e4e4e4e4e4e4e4e4e4e4e4e4e4e4e4e4e4e","token":"0x7070707070707070707070707070707070707070","paid":"1000000","from_block":101}],"signed":[{"hash":"0x6060606060606060606060606060606060606060606060606060606060606060","raw":"0x02f8","max_fee":3000000000,"tip":1000000000}],"sent_at":1759387147944}}"#);
    let read: InFlight = serde_json::from_str(&text).unwrap();
    assert_eq!(serde_json::to_string(&read).unwrap(), text);
}

#[test]
fn no_transaction_in_flight_keeps_its_shape() {
    insta::assert_snapshot!(serde_json::to_string(&InFlight::default()).unwrap(), @r#"{"batch":null}"#);
}

/// An item from before orders had `paid` and `from_block`.
const OLD: &str = r#"{"batch":{"from":"0x1919191919191919191919191919191919191919","nonce":4,"gas_limit":9,"call":"0x01","orders":[{"order_id":"00000000-0000-8000-8000-000000000007","forwarder":"0xf0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0","recipient":"0x4e4e4e4e4e4e4e4e4e4e4e4e4e4e4e4e4e4e4e4e","token":"0x7070707070707070707070707070707070707070"}],"signed":[],"sent_at":1759387147944}}"#;

#[test]
fn a_transaction_in_flight_of_an_older_version_is_read() {
    let stored: InFlight = serde_json::from_str(OLD).unwrap();
    let batch = stored.batch.unwrap();
    assert_eq!((batch.nonce, batch.orders[0].paid, batch.orders[0].from_block), (4, BaseUnits::ZERO, 0));
}

mod states {
    use proptest::prelude::*;
    use serde_json::json;

    use super::super::{ABANDONED_MILLIS, Batch, InFlight, Observation, PATIENCE_MILLIS, State, Waiting};
    use super::{Address, Timestamp, in_flight};
    use crate::node::Receipt;

    fn receipt(block: u64) -> Receipt {
        let hash = format!("0x{block:064x}");
        serde_json::from_value(json!({
            "status": "0x1", "transactionHash": hash, "blockHash": hash, "blockNumber": format!("{block:#x}"),
            "logs": [],
        }))
        .unwrap()
    }

    /// A batch of `nonce` that was signed at 0.
    fn batch(nonce: u64) -> Batch {
        let sent_at = Timestamp::from_millis(0);
        Batch { nonce, sent_at, ..in_flight().batch.unwrap() }
    }

    fn included(block: u64, last_final: u64) -> Observation {
        Observation::Included { receipt: receipt(block), last_final }
    }

    fn state(batch: Batch, observation: Observation, wallet: Option<Address>, millis: i64) -> State {
        let stored = InFlight { batch: Some(batch) };
        stored.state(Some(observation), wallet, Timestamp::from_millis(millis))
    }

    /// The state's name, for assertions.
    fn name(state: &State) -> &'static str {
        match state {
            State::Idle => "idle",
            State::Signed(_, Waiting::Finality) => "included",
            State::Signed(_, Waiting::Block) => "pending",
            State::Signed(_, Waiting::HigherFees) => "stuck",
            State::Confirmed(..) => "confirmed",
            State::Replaced => "replaced",
            State::Abandoned => "abandoned",
        }
    }

    #[test]
    fn nothing_stored_is_idle_whatever_is_observed() {
        for observation in
            [None, Some(included(1, 2)), Some(Observation::NonceUsed), Some(Observation::Missing)]
        {
            let state = InFlight::default().state(observation, None, Timestamp::from_millis(0));
            assert_eq!(name(&state), "idle");
        }
    }

    proptest! {
        #[test]
        fn a_receipt_confirms_once_its_block_is_final_and_never_before(
            block in 0..100_u64, last_final in 0..100_u64, millis in 0..i64::MAX, ours: bool, nonce: u64,
        ) {
            let wallet = ours.then(|| batch(nonce).from);
            let state = state(batch(nonce), included(block, last_final), wallet, millis);
            prop_assert_eq!(name(&state), if block <= last_final { "confirmed" } else { "included" });
        }

        #[test]
        fn without_a_receipt_a_used_nonce_ends_it_whatever_the_time_and_the_key(
            nonce in 0..50_u64, used_nonces in 0..100_u64, millis in 0..i64::MAX, ours: bool,
        ) {
            let wallet = ours.then(|| batch(nonce).from);
            let observation = Observation::without_receipt(&batch(nonce), used_nonces);
            let state = state(batch(nonce), observation, wallet, millis);
            prop_assert_eq!(name(&state) == "replaced", used_nonces > nonce);
        }

        #[test]
        fn a_transaction_of_the_present_key_waits_then_pays_more_and_is_never_abandoned(
            nonce: u64, used in 0..=u64::MAX, millis in 0..i64::MAX,
        ) {
            let observation = Observation::without_receipt(&batch(nonce), used.min(nonce));
            let state = state(batch(nonce), observation, Some(batch(nonce).from), millis);
            prop_assert_eq!(name(&state), if millis < PATIENCE_MILLIS { "pending" } else { "stuck" });
        }

        #[test]
        fn a_transaction_of_a_former_key_waits_then_is_abandoned_and_never_pays_more(
            nonce: u64, millis in 0..i64::MAX, other in any::<[u8; 20]>(), without: bool,
        ) {
            let wallet = Some(Address::from(other)).filter(|other| !without && *other != batch(nonce).from);
            let state = state(batch(nonce), Observation::Missing, wallet, millis);
            prop_assert_eq!(name(&state), if millis < ABANDONED_MILLIS { "pending" } else { "abandoned" });
        }

        #[test]
        fn a_state_keeps_the_batch_that_it_needs(nonce: u64, block in 0..9_u64, last_final in 0..9_u64) {
            match state(batch(nonce), included(block, last_final), None, 0) {
                State::Signed(kept, _) => prop_assert_eq!(kept.nonce, nonce),
                State::Confirmed(kept, receipt) => {
                    prop_assert_eq!((kept.nonce, receipt.block_number()), (nonce, block));
                }
                other => prop_assert!(false, "{:?}", other),
            }
        }
    }

    #[test]
    fn a_batch_without_a_signed_transaction_has_nothing_to_replace() {
        let batch = Batch { signed: Vec::new(), ..batch(0) };
        let wallet = Some(batch.from);
        let state = state(batch, Observation::Missing, wallet, PATIENCE_MILLIS);
        assert_eq!(name(&state), "pending");
    }

    #[test]
    fn the_boundaries_are_these() {
        let at = |wallet, millis| name(&state(batch(4), Observation::Missing, wallet, millis));
        let ours = Some(batch(4).from);
        assert_eq!((at(ours, 29_999), at(ours, 30_000)), ("pending", "stuck"));
        assert_eq!((at(None, 599_999), at(None, 600_000)), ("pending", "abandoned"));
    }
}
