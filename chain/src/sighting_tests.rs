//! The shape of a stored sighting.

use alloy::primitives::{Address, B256, U256};
use shared::{
    dynamo::{from_item, to_item},
    kernel::{OrderId, Timestamp},
};

use super::{BlockRef, Deposit, Origin, Sighting};

fn block(number: u64) -> BlockRef {
    BlockRef { number, hash: B256::repeat_byte(0xb1), time: Timestamp::from_millis(1_759_387_147_000) }
}

fn sighting(origin: Origin) -> Sighting {
    let deposit = Deposit {
        order_id: OrderId::new(7),
        block: block(100),
        tx_hash: B256::repeat_byte(0x60),
        origin,
        from: Some(Address::repeat_byte(0xb0)),
        to: Address::repeat_byte(0xf0),
        token: Address::repeat_byte(0x70),
        amount: U256::from(1_000_000),
    };
    Sighting { withdrawals: 2, withdrawn: true, ..Sighting::new(deposit, block(99).time) }
}

#[test]
fn a_sighting_keeps_its_shape() {
    let sighting = sighting(Origin::Log(3));
    let json: serde_json::Value = serde_json::to_value(&sighting).unwrap();
    insta::assert_snapshot!(json, @r#"{"deposit":{"amount":"0xf4240","block":{"hash":"0xb1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1","number":100,"time":1759387147000},"from":"0xb0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0","order_id":"00000000-0000-4000-8000-000000000007","origin":{"log":3},"to":"0xf0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0","token":"0x7070707070707070707070707070707070707070","tx_hash":"0x6060606060606060606060606060606060606060606060606060606060606060"},"doubted":false,"first_at":1759387147000,"withdrawals":2,"withdrawn":true}"#);
    assert_eq!(from_item::<Sighting>("sighting", to_item(&sighting).unwrap()).unwrap(), sighting);
}

#[test]
fn the_place_of_a_sighting_is_part_of_its_key_and_of_its_evidence() {
    let places =
        [Origin::Log(3), Origin::Transaction, Origin::Balance].map(|it| sighting(it).deposit.place());
    insta::assert_snapshot!(places.join("\n"), @r#"
    0x6060606060606060606060606060606060606060606060606060606060606060:3:0xb1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1
    0x6060606060606060606060606060606060606060606060606060606060606060:native:0xb1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1
    00000000-0000-4000-8000-000000000007:balance:0xb1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1
    "#);
}
