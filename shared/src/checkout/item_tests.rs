//! The shapes of stored items. A change here is a change to data that deployments already hold.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    checkout::{
        Evidence, EvidenceRecord, ExpiredReason, Fact, Folded, NewSession, Onramp, OnrampVendor, Order,
        OrderStatus, OrderTerms, OrderType, Session, order_list,
        order_record::{self, OrderRecord},
        sample,
        session_record::{self, SessionRecord},
    },
    dynamo::{Item, from_item, to_item},
    kernel::{Address, BaseUnits, ChainId, EvidenceId, OrderId, Owner, RawJson, RedirectUrl, Timestamp},
    terms::{Display, PaymentOption, PaymentTerms},
};

const NOW: Timestamp = Timestamp::from_millis(1_759_387_147_944);

fn session() -> Session {
    let wanted = NewSession {
        success_url: RedirectUrl::parse("https://shop.example/{SESSION_ID}").ok(),
        cancel_url: None,
        metadata: RawJson::empty_object(),
        client_reference_id: Some("order-456".to_owned()),
        lifetime_millis: 1_800_000,
        payment: Some(payment()),
        display: Some(Box::new(Display { title: Some("A television".to_owned()), ..Display::default() })),
    };
    Session::open(wanted, "https://api.example".to_owned(), 0x0b2f_6d1c_5a3e_8f47_9c1d_0199_a3c0_d5e8, NOW)
}

fn payment() -> PaymentTerms {
    let terms = sample::terms(8453, "0x833589fcd6edb6e08f4c7c32d4f71b54bda02913");
    let option = PaymentOption {
        chain: terms.src_chain,
        token_address: terms.src_token_address,
        amount: terms.src_amount,
    };
    PaymentTerms {
        recipient_address: terms.recipient_address,
        options: vec![option],
        tolerance_bps: 50,
        settle_on: None,
    }
}

fn order() -> Order {
    let base = ChainId::new(8453).unwrap();
    let token = Address::parse_token(base, "0x833589fcd6edb6e08f4c7c32d4f71b54bda02913").unwrap();
    let shop = Address::parse(base, "0xa7539d73700b1726ebe1eef9d4d8ccdf3f4e3b44").unwrap();
    let terms = OrderTerms {
        order_type: OrderType::Swap,
        recipient_address: shop.clone(),
        src_chain: base,
        dst_chain: base,
        src_token_address: token.clone(),
        dst_token_address: token,
        src_amount: BaseUnits::parse("1000000").unwrap(),
        payload: RawJson::empty_object(),
        metadata: RawJson::empty_object(),
        onramp: Some(Onramp {
            vendor: OnrampVendor::StripeWeb2,
            payment_method: Some("card".to_owned()),
            country: None,
            redirect_url: RedirectUrl::parse("https://shop.example/done").ok(),
        }),
        creator_address: Some(shop.to_string()),
        partner_id: None,
        client_reference_id: None,
        payment: Some(payment()),
    };
    Order::new(OrderId::new(7), Some(session().id), terms, Some("0x13b3".to_owned()), NOW, 60_000)
}

fn evidence() -> Evidence {
    let order = order();
    let deposit = Fact::Deposit {
        chain: order.terms.src_chain,
        tx_hash: "0x60ec".to_owned(),
        from: None,
        token: order.terms.src_token_address.clone(),
        amount: order.terms.src_amount,
    };
    Evidence {
        order_id: order.id,
        id: EvidenceId::new("8453:0x60ec:0").unwrap(),
        occurred_at: NOW,
        fact: deposit,
    }
}

fn sorted(item: Item) -> BTreeMap<String, aws_sdk_dynamodb::types::AttributeValue> {
    item.into_iter().collect()
}

#[test]
fn a_session_keeps_its_shape() {
    insta::assert_debug_snapshot!(sorted(to_item(&SessionRecord::from(&session())).unwrap()));
}

#[test]
fn an_order_keeps_its_shape() {
    insta::assert_debug_snapshot!(sorted(order_record::order_item(&order()).unwrap()));
}

#[test]
fn a_list_reads_every_attribute_of_an_order() {
    let read: BTreeSet<_> =
        order_list::ORDER_ATTRIBUTES.split(", ").map(|name| name.trim_start_matches('#')).collect();
    // Serialised before `to_item` drops attributes without a value.
    let folded = Folded { count: 1, ..Folded::default() };
    let order =
        Order { received: vec![BaseUnits::ZERO], folded, ..order().owned_by(Owner::parse("shop").unwrap()) };
    let item: Item = serde_dynamo::to_item(OrderRecord::from(&order)).unwrap();
    assert_eq!(read, item.keys().map(String::as_str).collect());
}

#[test]
fn evidence_keeps_its_shape() {
    let (_, recorded) = order().append(&[], evidence(), NOW);
    let mut item = sorted(order_record::evidence_item(&recorded).unwrap());
    let piece = item.remove("evidence").unwrap();
    insta::assert_debug_snapshot!((item, sorted(piece.as_m().unwrap().clone())));
}

#[test]
fn every_item_is_read_as_it_was_written() {
    let (paid, recorded) = order().append(&[], evidence(), NOW);
    assert_eq!(paid.status, OrderStatus::Executing);
    for order in [order(), paid, order().expired(ExpiredReason::Manual, NOW)] {
        assert_eq!(order_record::read_order_item(order_record::order_item(&order).unwrap()).unwrap(), order);
    }
    let again: EvidenceRecord =
        from_item("evidence", order_record::evidence_item(&recorded).unwrap()).unwrap();
    assert_eq!(again, recorded);
    for session in [session(), session().expired(ExpiredReason::Ttl, NOW)] {
        let item = session_record::session_item(&session, 1).unwrap();
        assert_eq!(session_record::read_session(item).unwrap(), session);
    }
}

#[test]
fn a_damaged_item_is_an_error_that_names_it() {
    let mut item = order_record::order_item(&order()).unwrap();
    item.remove("status");
    let error = order_record::read_order_item(item).unwrap_err();
    let cause = std::error::Error::source(&error).unwrap().to_string();
    assert!(cause.contains(&order().id.to_string()), "{cause}");
    assert_eq!(error.to_string(), "Something went wrong on our side");
}
