use proptest::prelude::*;
use shared::{
    checkout::{ExpiredReason, Fact, SessionStatus},
    kernel::Timestamp,
};

use crate::{
    Arrived, Found, PageState,
    sample::{self, CREATED, MAINNET_USDC, USDC, all, deposit, executed, paid_by, payment, piece, session},
};

fn state(found: &Found) -> PageState {
    PageState::of(&found.session, found.history.as_ref(), found.now)
}

#[test]
fn every_state_is_reached_by_its_evidence() {
    let samples = all();
    for (name, expected) in [
        ("choose", PageState::Choose),
        ("shop_goes_on", PageState::ShopGoesOn),
        ("await", PageState::AwaitPayment),
        ("await_without_terms", PageState::AwaitPayment),
        ("part", PageState::PartlyPaid),
        ("other_token", PageState::AwaitPayment),
        ("withdrawn", PageState::AwaitPayment),
        ("undone", PageState::AwaitPayment),
        ("undone_too_late", PageState::Closing),
        ("closing", PageState::Closing),
        ("confirming", PageState::Confirming),
        ("complete", PageState::Complete),
        ("over", PageState::Complete),
        ("expired", PageState::Expired(Arrived::Nothing)),
        ("expired_unchosen", PageState::Expired(Arrived::Nothing)),
        ("expired_part", PageState::Expired(Arrived::Part)),
        ("expired_late", PageState::Expired(Arrived::Uncounted)),
        ("ended", PageState::Ended(Arrived::Nothing)),
        ("failed", PageState::Failed { short: false }),
        ("failed_short", PageState::Failed { short: true }),
        ("refunding", PageState::Refunding),
        ("refunded", PageState::Refunded),
    ] {
        assert_eq!(state(&samples[name]), expected, "{name}");
    }
}

#[test]
fn an_order_without_an_address_or_with_a_vendor_is_paid_elsewhere() {
    let found = all().remove("await").unwrap();
    let mut history = found.history.clone().unwrap();
    history.order.global_address = None;
    let unpayable = sample::of_history(found.session.clone(), history.clone(), found.now);
    assert_eq!(state(&unpayable), PageState::Unpayable);
    let mut terms = (*history.order.terms).clone();
    terms.onramp = Some(shared::checkout::Onramp {
        vendor: shared::checkout::OnrampVendor::Coinbase,
        payment_method: None,
        country: None,
        redirect_url: None,
    });
    history.order.terms = terms.into();
    let vendor = sample::of_history(found.session, history, found.now);
    assert_eq!(state(&vendor), PageState::AwaitVendor);
}

/// Any evidence, each piece with its minute. The samples' sessions expire after 30 minutes.
fn evidence() -> impl Strategy<Value = Vec<(i64, Fact)>> {
    let amount = prop::sample::select(vec!["1", "9990000", "19990000", "99990000"]);
    let minutes = || 0_i64..60;
    let fact = prop_oneof![
        4 => (amount.clone(), minutes()).prop_map(|(amount, at)| deposit(USDC, amount, at)),
        1 => (amount.clone(), minutes()).prop_map(|(amount, at)| deposit(MAINNET_USDC, amount, at)),
        2 => (amount, minutes()).prop_map(|(amount, at)| executed(at, amount)),
        1 => (0_usize..6, minutes()).prop_map(|(at, minute)| (minute, Fact::Withdrawn { evidence: piece(at) })),
        1 => minutes().prop_map(|at| (at, Fact::Failure { detail: "x".to_owned() })),
        1 => minutes().prop_map(|at| (at, Fact::Refunding { detail: "x".to_owned() })),
    ];
    prop::collection::vec(fact, 0..6).prop_map(|mut pieces| {
        pieces.sort_by_key(|(minutes, _)| *minutes);
        pieces
    })
}

proptest! {
    #[test]
    fn the_page_never_contradicts_the_session(pieces in evidence(), minutes in 0_i64..90, terms: bool) {
        let found = paid_by(session(terms.then(payment), None), pieces, minutes);
        let (state, session) = (state(&found), &found.session);
        let shown = match state {
            PageState::Complete => SessionStatus::Complete,
            PageState::Confirming => SessionStatus::Processing,
            PageState::Expired(_) | PageState::Ended(_) | PageState::Failed { .. } | PageState::Refunding
            | PageState::Refunded => SessionStatus::Expired,
            // Paid by its status, and undone since.
            PageState::AwaitPayment | PageState::PartlyPaid | PageState::Closing
                if session.state.status == SessionStatus::Processing =>
            {
                let history = found.history.as_ref().unwrap();
                prop_assert!(history.order.payment(&history.evidence).is_none());
                SessionStatus::Processing
            }
            _ => SessionStatus::Open,
        };
        prop_assert_eq!(shown, session.state.status);
        // Money is asked for only while it would count, and only where none or a part has arrived.
        if state.is_payable() {
            prop_assert!(found.now <= session.expires_at);
        }
        // A page in a final state does not ask for itself again.
        let is_final = matches!(session.state.status, SessionStatus::Complete | SessionStatus::Expired)
            && state != PageState::Refunding;
        prop_assert!(!(is_final && state.refresh_seconds().is_some()));
        // No page promises less than the ledger knows.
        let (page, _, text) = found.rendered(crate::Language::English, None);
        prop_assert!(!page.contains(crate::texts::MISSING) && !text.contains(crate::texts::MISSING));
        let address = sample::ADDRESS;
        let asks = page.split("<script").next().unwrap().contains(address);
        prop_assert_eq!(asks, state.is_payable());
    }

    #[test]
    fn without_an_order_the_terms_decide(millis in 0_i64..1_800_000, terms: bool) {
        let session = session(terms.then(payment), None);
        let now = Timestamp::from_millis(CREATED.millis() + millis);
        let expected = if terms { PageState::Choose } else { PageState::ShopGoesOn };
        prop_assert_eq!(PageState::of(&session, None, now), expected);
        let ended = session.expired(ExpiredReason::Manual, now);
        prop_assert_eq!(PageState::of(&ended, None, now), PageState::Ended(Arrived::Nothing));
    }
}
