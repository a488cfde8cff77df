use std::sync::Arc;

use super::*;
use crate::{
    checkout::{
        Evidence, Fact, OrderTerms,
        sample::{NATIVE, terms},
    },
    kernel::{BaseUnits, EvidenceId, OrderId},
};

const NOW: Timestamp = Timestamp::from_millis(1_000_000);

fn order() -> Order {
    let metadata = serde_json::value::to_raw_value(&"x".repeat(60_000)).unwrap().into();
    Order::new(OrderId::new(1), None, OrderTerms { metadata, ..terms(8453, NATIVE) }, None, NOW, 60_000)
}

/// An order with `count` deposits of the smallest amount, appended one after the other.
fn with_dust(mut order: Order, count: u64) -> (Order, Vec<EvidenceRecord>) {
    let deposit = |n: u64| {
        let (chain, token) = (order.terms.src_chain, order.terms.src_token_address.clone());
        let amount = BaseUnits::parse("1").unwrap();
        let fact = Fact::Deposit { chain, tx_hash: format!("0x{n}"), from: None, token, amount };
        let id = EvidenceId::new(n.to_string()).unwrap();
        let evidence = Evidence { order_id: order.id, id, occurred_at: NOW, fact };
        let events = vec![EventType::OrderPaymentReceived];
        let effect = Effect { first_sequence: 1 + n, events, order: order.state() };
        EvidenceRecord { evidence, recorded_at: NOW, late: false, effect: Some(effect) }
    };
    let evidence = (1..=count).map(deposit).collect();
    order.later_events = count;
    (order, evidence)
}

#[test]
fn all_events_of_an_order_share_its_terms() {
    let (order, evidence) = with_dust(order(), 2_000);
    let events: Vec<_> = Story::of_order(&order, &evidence).events_after(0).collect();
    assert_eq!(events.len(), 2_001);
    for event in &events {
        let EventObject::Order(then, _) = &event.object else { panic!("{event:?} is not about an order") };
        assert!(Arc::ptr_eq(&then.terms, &order.terms));
    }
}

#[test]
fn a_story_can_be_told_from_any_place_on() {
    let (order, evidence) = with_dust(order(), 100);
    let story = Story::of_order(&order, &evidence);
    let whole: Vec<_> = story.events_after(0).collect();
    assert!(whole.iter().map(|event| event.id.sequence).eq(1..=101));
    for count in [1, 50, 100, 101, 102] {
        let rest = story.events_after(count as u64);
        assert_eq!(rest.len(), 101_usize.saturating_sub(count));
        assert!(rest.eq(whole.iter().skip(count).cloned()));
    }
    assert!(story.text_bytes() > 101 * 60_000);
}
