//! The transition table, written out: each status, and the result of each step from it.

use crate::checkout::{OrderStatus as Order, ProgressStatus as Progress, SessionStatus as Session, Step};

const PROGRESS: [Progress; 4] =
    [Progress::QuotingAfterDeposit, Progress::SendingTokenFromVault, Progress::Relay, Progress::Executing];

const UNPAID: [Order; 2] = [Order::ScanningDepositTransaction, Order::WaitingStripePayment];
const UNDER_WAY: [Order; 4] =
    [Order::QuotingAfterDeposit, Order::SendingTokenFromVault, Order::Relay, Order::Executing];
const ENDED: [Order; 4] = [Order::Executed, Order::Refunded, Order::Failure, Order::Expired];

fn every_step() -> Vec<Step> {
    let mut steps = vec![Step::Executed, Step::Refunding, Step::Refunded, Step::Failed, Step::Expired];
    steps.extend(PROGRESS.map(Step::Paid));
    steps.extend(PROGRESS.map(Step::Progress));
    steps
}

/// Asserts that `moves` are all transitions out of `from`.
#[track_caller]
fn assert_moves(from: Order, moves: &[(Step, Order)]) {
    for step in every_step() {
        let expected = moves.iter().find(|(wanted, _)| *wanted == step).map(|(_, next)| *next);
        assert_eq!(from.after(step), expected, "{from:?} {step:?}");
    }
}

#[test]
fn an_unpaid_order_is_paid_fails_or_expires() {
    for from in UNPAID {
        let mut moves = vec![(Step::Failed, Order::Failure), (Step::Expired, Order::Expired)];
        moves.extend(PROGRESS.into_iter().zip(UNDER_WAY).map(|(first, next)| (Step::Paid(first), next)));
        assert_moves(from, &moves);
    }
}

#[test]
fn a_paid_order_goes_forward_is_refunded_or_fails() {
    for (position, from) in UNDER_WAY.into_iter().enumerate() {
        let mut moves = vec![
            (Step::Executed, Order::Executed),
            (Step::Refunding, Order::Refunding),
            (Step::Refunded, Order::Refunded),
            (Step::Failed, Order::Failure),
        ];
        let later = PROGRESS.into_iter().zip(UNDER_WAY).skip(position + 1);
        moves.extend(later.map(|(progress, next)| (Step::Progress(progress), next)));
        assert_moves(from, &moves);
    }
}

#[test]
fn a_refund_under_way_arrives_or_fails() {
    assert_moves(Order::Refunding, &[(Step::Refunded, Order::Refunded), (Step::Failed, Order::Failure)]);
}

#[test]
fn what_has_ended_moves_no_more() {
    for from in ENDED {
        assert_moves(from, &[]);
        assert!(from.is_terminal());
    }
}

#[test]
fn every_status_is_in_the_table_and_has_its_session_status() {
    let mut table = Vec::new();
    table.extend(UNPAID.map(|status| (status, Session::Open)));
    table.extend(UNDER_WAY.map(|status| (status, Session::Processing)));
    table.push((Order::Refunding, Session::Expired));
    table.extend(ENDED.map(|status| {
        (status, if status == Order::Executed { Session::Complete } else { Session::Expired })
    }));
    assert_eq!(table.len(), Order::ALL.len());
    for status in Order::ALL {
        assert!(table.contains(&(status, status.session_status())), "{status:?}");
    }
}
