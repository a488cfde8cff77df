//! Folding changes how an order keeps deposits, and nothing that follows from them.

use super::*;
use crate::checkout::folding::Bounds;

/// An order as it is stored: it, its pieces, and the deposits beside it.
#[derive(Debug, Clone)]
struct Kept {
    order: Order,
    pieces: Vec<EvidenceRecord>,
    folded: Vec<EvidenceRecord>,
}

/// Tells an order pieces as its store does, with these bounds.
fn tell_within(bounds: Bounds, order: Order, told: &[Evidence], now: Timestamp) -> Kept {
    let mut kept = Kept { order, pieces: Vec::new(), folded: Vec::new() };
    for piece in told {
        let mut order = kept.order.clone();
        if let Fact::Withdrawn { evidence } = &piece.fact
            && let Some(deposit) = kept.folded.iter().find(|it| it.evidence.id == *evidence)
        {
            order = order.taking_back(&kept.pieces, deposit);
        }
        let (appended, record) = order.clone().append(&kept.pieces, piece.clone(), now);
        match order.fold(&kept.pieces, (&appended, &record), bounds) {
            Some((folding, deposit)) => {
                kept.order = folding;
                kept.folded.push(deposit);
            }
            None => {
                kept.order = appended;
                kept.pieces.push(record);
            }
        }
    }
    kept
}

const NEVER: Bounds = Bounds { slight: usize::MAX, any: usize::MAX };

/// All that follows from the evidence, but for the time of the payment and the number of events.
fn outcome(kept: &Kept) -> impl PartialEq + std::fmt::Debug {
    let Order { status, error_details, received, actual_dst_amount, filled_at, executed_by, .. } =
        kept.order.clone();
    let with = kept.order.payment(&kept.pieces).map(|payment| payment.with);
    (status, error_details, received, actual_dst_amount, filled_at, executed_by, with)
}

/// The deposits in a piece or beside the order, by id.
fn money(kept: &Kept) -> Vec<Evidence> {
    let all = kept.pieces.iter().chain(&kept.folded).map(|record| record.evidence.clone());
    let mut deposits: Vec<_> = all.filter(|piece| matches!(piece.fact, Fact::Deposit { .. })).collect();
    deposits.sort_by(|a, b| a.id.cmp(&b.id));
    deposits
}

fn pieces_by_time() -> impl Strategy<Value = Vec<Evidence>> {
    prop::collection::vec((0_u64..40, any::<bool>()), 0..20).prop_map(|drawn| {
        let fact = |(amount, asked)| deposit(if asked { TOKEN } else { NATIVE }, amount);
        let pieces = drawn.into_iter().map(fact).zip(0..);
        pieces.map(|(fact, at)| piece(&format!("p{at:02}"), at, fact)).collect()
    })
}

fn bounds() -> impl Strategy<Value = Bounds> {
    (0_usize..4, 0_usize..4).prop_map(|(slight, more)| Bounds { slight, any: slight + more })
}

proptest! {
    #[test]
    fn folding_changes_neither_status_nor_payment_nor_money(
        pieces in any_pieces(),
        again in prop::collection::vec("[a-j]", 0..3),
        bounds in bounds(),
        same_token: bool,
        now in 0..Order::LIFETIME_MILLIS + 2 * WINDOW,
    ) {
        let withdrawals = again.into_iter().zip(0..).map(|(id, number)| {
            piece(&format!("w{number}"), 9, Fact::Withdrawn { evidence: EvidenceId::new(id).unwrap() })
        });
        let pieces: Vec<_> = pieces.into_iter().chain(withdrawals).collect();
        let now = CREATED.plus_millis(now);
        let usual = tell_within(NEVER, order(100, same_token), &pieces, now);
        let kept = tell_within(bounds, order(100, same_token), &pieces, now);
        prop_assert_eq!(outcome(&kept), outcome(&usual));
        prop_assert_eq!(money(&kept), money(&usual));
        prop_assert_eq!(kept.order.folded.count, kept.folded.len() as u64);
        prop_assert_eq!(kept.order.evidence_count, kept.pieces.len() as u64);
        let with = kept.order.terms.accepted().remove(0);
        prop_assert_eq!(
            kept.order.received_of(&kept.pieces, &with),
            usual.order.received_of(&usual.pieces, &with)
        );
        let events: Vec<_> = Story::of_order(&kept.order, &kept.pieces).events_after(0).collect();
        prop_assert!(events.iter().map(|it| it.id.sequence).eq(1..=1 + kept.order.later_events));
    }

    /// Several tokens add up each for itself.
    #[test]
    fn folding_keeps_the_sum_of_each_option(
        drawn in prop::collection::vec((0..Order::LIFETIME_MILLIS + 5, fact_with_terms()), 0..20),
        bounds in bounds(),
    ) {
        let ids = 'a'..='z';
        let told: Vec<_> =
            ids.zip(drawn).map(|(id, (at, fact))| piece(&id.to_string(), at, fact)).collect();
        // Before the end: what finds an order ended is late.
        let open = |told: &[Evidence]| -> Vec<Evidence> {
            let is_money = |it: &&Evidence| matches!(it.fact, Fact::Deposit { .. } | Fact::Withdrawn { .. });
            told.iter().filter(is_money).cloned().collect()
        };
        let usual = tell_within(NEVER, order_with_terms(), &open(&told), EXPIRES);
        let kept = tell_within(bounds, order_with_terms(), &open(&told), EXPIRES);
        prop_assert_eq!(&kept.order.received, &usual.order.received);
        prop_assert_eq!(kept.order.status, usual.order.status);
        let is_paid = |kept: &Kept| kept.order.payment(&kept.pieces).is_some();
        prop_assert_eq!(is_paid(&kept), is_paid(&usual));
        prop_assert_eq!(money(&kept), money(&usual));
    }

    /// Chains tell of deposits in the order of their time. Then the time of the payment is the same too.
    #[test]
    fn folding_keeps_the_time_of_a_payment_that_is_told_in_order(
        pieces in pieces_by_time(),
        bounds in bounds(),
    ) {
        let usual = tell_within(NEVER, order(100, true), &pieces, EXPIRES);
        let kept = tell_within(bounds, order(100, true), &pieces, EXPIRES);
        prop_assert_eq!(kept.order.payment(&kept.pieces), usual.order.payment(&usual.pieces));
        prop_assert_eq!(kept.order.received_deposit_at, usual.order.received_deposit_at);
    }
}

#[test]
fn dust_is_folded_from_two_hundred_pieces_on_and_what_has_weight_from_a_thousand() {
    let told: Vec<_> = (0..1_300_i64)
        .map(|at| piece(&format!("{at:04}"), at, deposit(TOKEN, if at % 2 == 0 { 1 } else { 1_000 })))
        .collect();
    let kept = tell_within(Bounds::DEFAULT, order(1_000_000, true), &told, EXPIRES);
    let dust = kept.folded.iter().filter(|it| it.evidence.fact == deposit(TOKEN, 1)).count();
    assert_eq!((kept.pieces.len(), dust, kept.folded.len()), (750, 550, 550));
    let (more, last) = (1_300..2_300_i64, piece("last", 9_999, deposit(TOKEN, 1_000_000)));
    let more = more.map(|at| piece(&format!("{at:04}"), at, deposit(TOKEN, 1_000)));
    // Payable to the last unit, by what is in pieces and what is not.
    let told: Vec<_> = told.into_iter().chain(more.take(349)).chain([last]).collect();
    let kept = tell_within(Bounds::DEFAULT, order(1_000_000, true), &told, EXPIRES);
    assert_eq!((kept.pieces.len(), kept.folded.len()), (1_001, 649));
    assert_eq!(kept.order.received_deposit_at, Some(CREATED.plus_millis(9_999)));
}
