use std::collections::HashSet;

use proptest::{prelude::*, sample::subsequence};

use super::*;
use crate::{
    checkout::{
        OrderTerms, ProgressStatus, RelayStatus, SessionStatus,
        sample::{NATIVE, terms},
    },
    feed::{EventObject, Story},
    kernel::{Address, ChainId, EvidenceId, OrderId},
    terms::{PaymentOption, PaymentTerms},
};

#[path = "ledger_folding_tests.rs"]
mod folding;

const CREATED: Timestamp = Timestamp::from_millis(1_000_000);
/// The expiry of an order created at `CREATED` without a session.
const EXPIRES: Timestamp = CREATED.plus_millis(Order::LIFETIME_MILLIS);
const WINDOW: i64 = 60_000;
const TOKEN: &str = "0x833589fcd6edb6e08f4c7c32d4f71b54bda02913";

fn order(amount: u64, same_token: bool) -> Order {
    let same = terms(8453, TOKEN);
    let native = terms(8453, NATIVE).dst_token_address;
    let terms = OrderTerms {
        src_amount: BaseUnits::parse(&amount.to_string()).unwrap(),
        dst_token_address: if same_token { same.dst_token_address.clone() } else { native },
        ..same
    };
    Order::new(OrderId::new(1), None, terms, None, CREATED, WINDOW)
}

fn piece(id: &str, at: i64, fact: Fact) -> Evidence {
    Evidence {
        order_id: OrderId::new(1),
        id: EvidenceId::new(id).unwrap(),
        occurred_at: CREATED.plus_millis(at),
        fact,
    }
}

fn deposit(token: &str, amount: u64) -> Fact {
    let chain = ChainId::new(8453).unwrap();
    let token = Address::parse_token(chain, token).unwrap();
    let amount = BaseUnits::parse(&amount.to_string()).unwrap();
    Fact::Deposit { chain, tx_hash: "0x1".to_owned(), from: None, token, amount }
}

fn executed() -> Fact {
    let amount = BaseUnits::parse("7").unwrap();
    Fact::Executed { chain: ChainId::new(8453).unwrap(), tx_hash: "0x2".to_owned(), token: None, amount }
}

fn refund(status: RefundStatus) -> Fact {
    let amount = BaseUnits::parse("5").unwrap();
    Fact::Refund { chain: ChainId::new(8453).unwrap(), tx_hash: "0x3".to_owned(), amount, status }
}

/// Appends `pieces` to an order one after the other, all at `now`. Calls `each` with the order before and after each
/// piece.
fn tell_each(
    mut order: Order,
    pieces: &[Evidence],
    now: Timestamp,
    mut each: impl FnMut(&Order, &Order, &[EvidenceRecord]),
) -> Order {
    let mut history = Vec::new();
    for piece in pieces {
        let before = order.clone();
        let (after, recorded) = order.append(&history, piece.clone(), now);
        history.push(recorded);
        each(&before, &after, &history);
        order = after;
    }
    order
}

fn tell(order: Order, pieces: &[Evidence]) -> Order {
    tell_each(order, pieces, EXPIRES, |_, _, _| {})
}

#[test]
fn an_order_is_paid_when_its_deposits_reach_its_amount() {
    let pieces = [piece("a", 1, deposit(TOKEN, 60)), piece("b", 2, deposit(TOKEN, 40))];
    let short = tell(order(100, true), &pieces[..1]);
    assert_eq!((short.status, short.received_deposit_at), (OrderStatus::ScanningDepositTransaction, None));
    let paid = tell(order(100, true), &pieces);
    assert_eq!(paid.status, OrderStatus::Executing);
    assert_eq!(paid.received_deposit_at, Some(CREATED.plus_millis(2)));
    assert_eq!(tell(order(100, false), &pieces).status, OrderStatus::QuotingAfterDeposit);
}

#[test]
fn an_order_of_no_set_amount_is_paid_by_any_deposit_of_something() {
    assert!(tell(order(0, true), &[piece("a", 1, deposit(TOKEN, 0))]).status.is_unpaid());
    assert!(!tell(order(0, true), &[piece("a", 1, deposit(TOKEN, 1))]).status.is_unpaid());
}

#[test]
fn a_deposit_is_on_time_up_to_the_very_millisecond() {
    let at_the_end = [piece("a", Order::LIFETIME_MILLIS, deposit(TOKEN, 100))];
    let last_moment = EXPIRES.plus_millis(WINDOW - 1);
    let paid = tell_each(order(100, true), &at_the_end, last_moment, |_, _, _| {});
    assert_eq!((paid.status, paid.error_details), (OrderStatus::Executing, None));

    let too_late = tell_each(order(100, true), &at_the_end, EXPIRES.plus_millis(WINDOW), |_, _, _| {});
    assert_eq!((too_late.status, too_late.expired_reason), (OrderStatus::Expired, Some(ExpiredReason::Ttl)));
    assert_eq!(too_late.error_details.as_deref(), Some("LATE_DEPOSIT"));

    let after_the_end = [piece("a", Order::LIFETIME_MILLIS + 1, deposit(TOKEN, 100))];
    let unpaid = tell(order(100, true), &after_the_end);
    assert_eq!(unpaid.status, OrderStatus::ScanningDepositTransaction);
    assert_eq!(unpaid.error_details.as_deref(), Some("LATE_DEPOSIT"));
}

#[test]
fn what_a_reorganisation_removed_pays_no_later_step() {
    let withdrawn = Fact::Withdrawn { evidence: EvidenceId::new("a").unwrap() };
    let mut pieces =
        vec![piece("a", 1, deposit(TOKEN, 100)), piece("w", 2, withdrawn), piece("e", 3, executed())];
    let waiting = tell(order(100, true), &pieces);
    assert_eq!(waiting.status, OrderStatus::Executing);
    pieces.push(piece("b", 4, deposit(TOKEN, 100)));
    let done = tell(order(100, true), &pieces);
    assert_eq!(
        (done.status, done.received_deposit_at),
        (OrderStatus::Executed, Some(CREATED.plus_millis(4)))
    );
}

#[test]
fn a_refund_takes_its_reason_from_whichever_piece_tells_it() {
    let reason = Fact::Refunding { detail: "no route".to_owned() };
    let paid = piece("a", 1, deposit(TOKEN, 100));
    let (started, arrived) = (piece("b", 2, reason), piece("c", 3, refund(RefundStatus::Success)));
    for pieces in [[&paid, &started, &arrived], [&paid, &arrived, &started], [&arrived, &started, &paid]] {
        let order = tell(order(100, true), &pieces.map(Clone::clone));
        assert_eq!((order.status, order.error_details.as_deref()), (OrderStatus::Refunded, Some("no route")));
    }
}

fn progress() -> impl Strategy<Value = ProgressStatus> {
    prop_oneof![
        Just(ProgressStatus::QuotingAfterDeposit),
        Just(ProgressStatus::SendingTokenFromVault),
        Just(ProgressStatus::Relay),
        Just(ProgressStatus::Executing),
    ]
}

/// The rank of each status; no step may lead to a lower one.
fn rank(status: OrderStatus) -> usize {
    match status {
        OrderStatus::ScanningDepositTransaction | OrderStatus::WaitingStripePayment => 0,
        OrderStatus::QuotingAfterDeposit => 1,
        OrderStatus::SendingTokenFromVault => 2,
        OrderStatus::Relay => 3,
        OrderStatus::Executing => 4,
        OrderStatus::Refunding => 5,
        OrderStatus::Executed | OrderStatus::Refunded | OrderStatus::Failure | OrderStatus::Expired => 6,
    }
}

fn is_over(session: SessionStatus) -> bool {
    matches!(session, SessionStatus::Complete | SessionStatus::Expired)
}

/// Any fact at all, with small amounts and few ids, so that pieces collide.
fn fact() -> impl Strategy<Value = Fact> {
    prop_oneof![
        4 => (0_u64..80).prop_map(|amount| deposit(TOKEN, amount)),
        1 => (0_u64..200).prop_map(|amount| deposit("0x0000000000000000000000000000000000000000", amount)),
        2 => progress().prop_map(|status| Fact::Progress { status }),
        1 => Just(executed()),
        1 => Just(Fact::Refunding { detail: "refunding".to_owned() }),
        1 => Just(refund(RefundStatus::Success)),
        1 => Just(refund(RefundStatus::Failure)),
        1 => Just(Fact::Failure { detail: "failure".to_owned() }),
        2 => "[a-j]".prop_map(|id| Fact::Withdrawn { evidence: EvidenceId::new(id).unwrap() }),
    ]
}

fn any_pieces() -> impl Strategy<Value = Vec<Evidence>> {
    let at = 0..Order::LIFETIME_MILLIS + 5;
    prop::collection::vec(("[a-j]", at, fact()), 0..10).prop_map(|drawn| {
        let mut seen = HashSet::new();
        let fresh = drawn.into_iter().filter(|(id, ..)| seen.insert(id.clone()));
        fresh.map(|(id, at, fact)| piece(&id, at, fact)).collect()
    })
}

prop_compose! {
    /// Evidence without contradictions: deposits that make up the exact amount, and later steps.
    fn story()(
        amounts in prop::collection::vec(1_u64..100, 1..5),
        steps in subsequence(vec![
            ProgressStatus::QuotingAfterDeposit, ProgressStatus::SendingTokenFromVault,
            ProgressStatus::Relay, ProgressStatus::Executing,
        ], 0..4),
        expiring in 0..3,
        same_token: bool,
    ) -> (Order, Vec<Evidence>) {
        let mut facts: Vec<Fact> = amounts.iter().map(|amount| deposit(TOKEN, *amount)).collect();
        facts.extend(steps.into_iter().map(|status| Fact::Progress { status }));
        let hop = |status| Fact::Relay { chain: ChainId::new(1).unwrap(), tx_hash: "0x9".to_owned(), status };
        facts.extend([hop(RelayStatus::Pending), hop(RelayStatus::Success)]);
        match expiring {
            0 => facts.push(executed()),
            1 => facts.extend([Fact::Refunding { detail: "why".to_owned() }, refund(RefundStatus::Success)]),
            // The order never ends, so a deposit of another token is not late either.
            _ => facts.push(deposit("0x0000000000000000000000000000000000000000", 9)),
        }
        let pieces = facts.into_iter().zip(0..).map(|(fact, at)| piece(&format!("p{at}"), at, fact)).collect();
        (order(amounts.iter().sum(), same_token), pieces)
    }
}

prop_compose! {
    fn shuffled_story()(story in story())(
        shuffled in Just(story.1.clone()).prop_shuffle(),
        story in Just(story),
    ) -> (Order, Vec<Evidence>, Vec<Evidence>) {
        (story.0, story.1, shuffled)
    }
}

proptest! {
    #[test]
    fn the_outcome_does_not_depend_on_the_order_of_arrival((order, pieces, shuffled) in shuffled_story()) {
        // The number of events may differ: a step that comes late yields none.
        let told = |pieces: &[Evidence]| Order { later_events: 0, ..tell(order.clone(), pieces) };
        prop_assert_eq!(told(&pieces), told(&shuffled));
    }

    #[test]
    fn whatever_is_told_ends_stay_and_money_stays_in_sight(
        pieces in any_pieces(),
        same_token: bool,
        now in 0..Order::LIFETIME_MILLIS + 2 * WINDOW,
    ) {
        let mut failed = Ok(());
        let now = CREATED.plus_millis(now);
        let told = tell_each(order(100, same_token), &pieces, now, |before, after, history| {
            let check = || {
                prop_assert_eq!(after.evidence_count, before.evidence_count + 1);
                let story: Vec<_> = Story::of_order(after, history).events_after(0).collect();
                prop_assert!(story.iter().map(|event| event.id.sequence).eq(1..=1 + after.later_events));
                let last = story.last().map(|event| &event.object);
                prop_assert!(matches!(last, Some(EventObject::Order(order, _)) if order.status == after.status));
                let payments = story.iter().filter(|it| matches!(it.object, EventObject::Order(_, Some(_))));
                prop_assert!(payments.count() >= history.iter().filter(|piece| piece.is_deposit()).count());
                let told = story.iter().filter(|it| it.event_type == EventType::OrderPaymentWithdrawn);
                let gone = history.iter().filter(|piece| piece.is_deposit() && is_withdrawn(history, piece));
                prop_assert_eq!(told.count(), gone.count());
                prop_assert!(after.status == before.status || rank(after.status) > rank(before.status));
                let (was, is) = (before.session_state(), after.session_state());
                if is_over(was.status) {
                    prop_assert_eq!((was.status, was.expired_reason), (is.status, is.expired_reason));
                }
                prop_assert_eq!(is.status == SessionStatus::Expired, is.expired_reason.is_some());
                prop_assert!(!after.status.is_unpaid() || paid(after, history) < 100);
                prop_assert_eq!(after.status == OrderStatus::Executed, after.filled_at.is_some());
                prop_assert!(!after.is_overdue(now));
                Ok(())
            };
            if failed.is_ok() {
                failed = check();
            }
        });
        failed?;
        prop_assert_eq!(told.evidence_count, pieces.len() as u64);
    }
}

fn is_withdrawn(history: &[EvidenceRecord], piece: &EvidenceRecord) -> bool {
    let withdrawal = Fact::Withdrawn { evidence: piece.evidence.id.clone() };
    history.iter().any(|other| other.evidence.fact == withdrawal)
}

/// An independent sum of the deposits that pay the order.
fn paid(order: &Order, history: &[EvidenceRecord]) -> u64 {
    let counted = history.iter().filter(|piece| !piece.late && !is_withdrawn(history, piece));
    counted
        .map(|piece| match &piece.evidence.fact {
            Fact::Deposit { token, amount, .. } if *token == order.terms.src_token_address => {
                amount.to_string().parse().unwrap()
            }
            _ => 0,
        })
        .sum()
}

const OTHER_TOKEN: &str = "0x00000000000000000000000000000000000000cc";

/// An order of a session with two options on two chains, with a tolerance of ten percent.
fn order_with_terms() -> Order {
    let option = |chain, token: &str, amount: &str| {
        let chain = ChainId::new(chain).unwrap();
        let token_address = Address::parse_token(chain, token).unwrap();
        PaymentOption { chain, token_address, amount: BaseUnits::parse(amount).unwrap() }
    };
    let terms = terms(8453, TOKEN);
    let payment = PaymentTerms {
        recipient_address: terms.recipient_address.clone(),
        options: vec![option(8453, TOKEN, "100"), option(1, TOKEN, "50"), option(8453, OTHER_TOKEN, "10")],
        tolerance_bps: 1_000,
        settle_on: None,
    };
    let terms = OrderTerms { src_amount: BaseUnits::parse("100").unwrap(), payment: Some(payment), ..terms };
    Order::new(OrderId::new(1), None, terms, None, CREATED, WINDOW)
}

fn deposit_on(chain: u64, token: &str, amount: u64) -> Fact {
    let chain = ChainId::new(chain).unwrap();
    let token = Address::parse_token(chain, token).unwrap();
    let amount = BaseUnits::parse(&amount.to_string()).unwrap();
    Fact::Deposit { chain, tx_hash: "0x1".to_owned(), from: None, token, amount }
}

fn executed_on(chain: u64, token: Option<&str>, amount: u64) -> Fact {
    let chain = ChainId::new(chain).unwrap();
    let token = token.map(|token| Address::parse_token(chain, token).unwrap());
    let amount = BaseUnits::parse(&amount.to_string()).unwrap();
    Fact::Executed { chain, tx_hash: "0x2".to_owned(), token, amount }
}

#[test]
fn the_first_option_that_is_full_pays_and_options_do_not_add_up() {
    let short = [piece("a", 1, deposit_on(8453, TOKEN, 89)), piece("b", 2, deposit_on(1, TOKEN, 44))];
    let told = tell(order_with_terms(), &short);
    assert!(told.status.is_unpaid());
    assert_eq!(told.received.iter().map(ToString::to_string).collect::<Vec<_>>(), ["89", "44", "0"]);
    let full = [&short[..], &[piece("c", 3, deposit_on(1, TOKEN, 1))]].concat();
    let told = tell(order_with_terms(), &full);
    assert_eq!(
        (told.status, told.received_deposit_at),
        (OrderStatus::Executing, Some(CREATED.plus_millis(3)))
    );
}

#[test]
fn less_delivered_than_an_option_asks_for_is_never_complete() {
    let paid = piece("a", 1, deposit_on(8453, TOKEN, 100));
    for (fact, status) in [
        (executed_on(8453, None, 90), OrderStatus::Executed),
        (executed_on(8453, None, 89), OrderStatus::Failure),
        (executed_on(1, None, 50), OrderStatus::Executed),
        (executed_on(10, None, 1_000), OrderStatus::Failure),
        (executed_on(8453, Some(OTHER_TOKEN), 9), OrderStatus::Executed),
        (executed_on(8453, Some(NATIVE), 1_000), OrderStatus::Failure),
    ] {
        let told = tell(order_with_terms(), &[paid.clone(), piece("e", 2, fact.clone())]);
        assert_eq!(told.status, status, "{fact:?}");
        let short = (status == OrderStatus::Failure).then_some("SHORT_DELIVERY");
        assert_eq!(told.error_details.as_deref(), short, "{fact:?}");
    }
}

/// Any fact at all about an order with payment terms.
fn fact_with_terms() -> impl Strategy<Value = Fact> {
    let chain = || prop::sample::select(vec![1_u64, 8453, 10]);
    let token = || prop::sample::select(vec![TOKEN, OTHER_TOKEN, NATIVE]);
    prop_oneof![
        4 => (chain(), token(), 0_u64..120).prop_map(|(chain, token, amount)| deposit_on(chain, token, amount)),
        3 => (chain(), prop::option::of(token()), 0_u64..120)
            .prop_map(|(chain, token, amount)| executed_on(chain, token, amount)),
        2 => fact(),
    ]
}

proptest! {
    /// `complete` with payment terms implies an option's chain, token and amount, within the tolerance, to the
    /// recipient of the terms.
    #[test]
    fn complete_is_a_promise(
        drawn in prop::collection::vec((0..Order::LIFETIME_MILLIS + 5, fact_with_terms()), 0..10),
    ) {
        let ids = 'a'..='j';
        let pieces: Vec<_> =
            ids.zip(drawn).map(|(id, (at, fact))| piece(&id.to_string(), at, fact)).collect();
        let mut failed = Ok(());
        tell_each(order_with_terms(), &pieces, EXPIRES, |before, order, history| {
            let check = || {
                // Stored at the transition; evidence that is withdrawn later does not take it back.
                if before.status == order.status {
                    return Ok(());
                }
                let paid = order.paid(history.iter());
                prop_assert_eq!(paid.is_some(), order.status == OrderStatus::Executed);
                let Some(paid) = paid else { return Ok(()) };
                let payment = order.terms.payment.as_ref().unwrap();
                prop_assert_eq!(&paid.recipient_address, &payment.recipient_address);
                let amount: u64 = paid.amount.to_string().parse().unwrap();
                let option = payment.option(paid.chain, &paid.token_address);
                let asked: u64 = option.expect("an option").amount.to_string().parse().unwrap();
                prop_assert!(amount * 10 >= asked * 9);
                let delivered = history.iter().any(|piece| matches!(&piece.evidence.fact,
                    Fact::Executed { chain, amount, .. } if *chain == paid.chain && *amount == paid.amount));
                prop_assert!(delivered);
                Ok(())
            };
            if failed.is_ok() {
                failed = check();
            }
        });
        failed?;
    }
}
