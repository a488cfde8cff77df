//! The shape of the transaction in flight: deployments have stored it, and read it after an update.

use alloy::primitives::{Address, B256, Bytes};
use shared::kernel::{BaseUnits, OrderId, Timestamp};

use super::{Batch, Book, Flush, Signed};

fn book() -> Book {
    let order = Flush {
        order_id: OrderId::new(7),
        forwarder: Address::repeat_byte(0xf0),
        recipient: Address::repeat_byte(0x4e),
        token: Address::repeat_byte(0x70),
        paid: BaseUnits::parse("1000000").unwrap(),
        from_block: 101,
    };
    let signed = Signed {
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
    Book { batch: Some(batch) }
}

#[test]
fn a_transaction_in_flight_keeps_its_shape() {
    let text = serde_json::to_string(&book()).unwrap();
    insta::assert_snapshot!(text, @r#"{"batch":{"from":"0x1919191919191919191919191919191919191919","nonce":4,"gas_limit":317864,"call":"0x010203","orders":[{"order_id":"00000000-0000-4000-8000-000000000007","forwarder":"0xf0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0","recipient":"0x4e4e4e4e4e4e4e4e4e4e4e4e4e4e4e4e4e4e4e4e","token":"0x7070707070707070707070707070707070707070","paid":"1000000","from_block":101}],"signed":[{"hash":"0x6060606060606060606060606060606060606060606060606060606060606060","raw":"0x02f8","max_fee":3000000000,"tip":1000000000}],"sent_at":1759387147944}}"#);
    let read: Book = serde_json::from_str(&text).unwrap();
    assert_eq!(serde_json::to_string(&read).unwrap(), text);
}

#[test]
fn no_transaction_in_flight_keeps_its_shape() {
    insta::assert_snapshot!(serde_json::to_string(&Book::default()).unwrap(), @r#"{"batch":null}"#);
}

/// As stored before orders had `paid` and `from_block`.
const OLD: &str = r#"{"batch":{"from":"0x1919191919191919191919191919191919191919","nonce":4,"gas_limit":9,"call":"0x01","orders":[{"order_id":"00000000-0000-8000-8000-000000000007","forwarder":"0xf0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0","recipient":"0x4e4e4e4e4e4e4e4e4e4e4e4e4e4e4e4e4e4e4e4e","token":"0x7070707070707070707070707070707070707070"}],"signed":[],"sent_at":1759387147944}}"#;

#[test]
fn a_transaction_in_flight_of_an_older_version_is_read() {
    let book: Book = serde_json::from_str(OLD).unwrap();
    let batch = book.batch.unwrap();
    assert_eq!((batch.nonce, batch.orders[0].paid, batch.orders[0].from_block), (4, BaseUnits::ZERO, 0));
}
