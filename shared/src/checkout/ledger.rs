//! The rules by which evidence decides an order's state.
//!
//! An order's evidence is a set, and each append computes the state from the whole set. So a piece that arrives early
//! takes effect once the piece that it builds on is there, and the queue's order does not matter. Only terminal states
//! stay as they are.

use crate::{
    checkout::{
        Effect, EventType, Evidence, EvidenceRecord, ExpiredReason, Fact, Order, OrderStatus, RefundStatus,
        Step, emitted::events_between, evidence_record::withdrawn_ids,
    },
    kernel::{BaseUnits, Timestamp},
};

/// The `errorDetails` of an order with a late deposit.
const LATE_DEPOSIT: &str = "LATE_DEPOSIT";

impl Order {
    /// Appends a new piece of evidence to `history`. Returns the order afterwards and the piece as it is to be stored.
    /// The caller ensures that `history` has no piece of this id.
    pub fn append(
        self,
        history: &[EvidenceRecord],
        evidence: Evidence,
        now: Timestamp,
    ) -> (Self, EvidenceRecord) {
        let mut order = if self.is_overdue(now) { self.expired(ExpiredReason::Ttl, now) } else { self };
        let too_late = evidence.occurred_at > order.expires_at || order.status.is_terminal();
        let late = matches!(evidence.fact, Fact::Deposit { .. }) && too_late;
        let mut recorded = EvidenceRecord { evidence, recorded_at: now, late, effect: None };
        let was = order.clone();

        let ledger = Ledger::new(history.iter().chain([&recorded]));
        order.follow(&ledger);
        order.evidence_count += 1;
        recorded.effect = order.count_events(events_between(&was, &order, history, &recorded));
        (order, recorded)
    }

    /// The deposits that count towards the payment, by their own time: in time, not withdrawn, of the order's token and
    /// chain.
    pub fn counted_deposits<'a>(&self, history: &'a [EvidenceRecord]) -> Vec<&'a Evidence> {
        Ledger::new(history.iter()).counted_deposits(self).collect()
    }

    fn count_events(&mut self, events: Vec<EventType>) -> Option<Effect> {
        let first_sequence = self.first_sequence() + self.later_events + 1;
        self.later_events += events.len() as u64;
        (!events.is_empty()).then(|| Effect { first_sequence, events, order: self.state() })
    }

    fn follow(&mut self, ledger: &Ledger<'_>) {
        let paid_at = ledger.paid_at(self);
        if !self.status.is_terminal() && paid_at.is_some() {
            self.received_deposit_at = paid_at;
        }
        if let Some(next) = paid_at.and_then(|_| self.status.after(Step::Paid(self.status_once_paid()))) {
            self.status = next;
        }
        while let Some((piece, next)) = ledger.next_move(self.status, paid_at.is_some()) {
            self.status = next;
            if let Fact::Executed { amount, .. } = piece.fact {
                self.filled_at = Some(piece.occurred_at);
                self.actual_dst_amount = Some(amount);
                self.executed_by = Some(piece.id.clone());
            }
        }
        self.error_details = ledger.error_details(self.status);
    }

    /// Returns true for a deposit of the order's token on the order's chain.
    pub fn asks_for(&self, fact: &Fact) -> bool {
        matches!(fact, Fact::Deposit { chain, token, .. }
            if *chain == self.terms.src_chain && *token == self.terms.src_token_address)
    }
}

/// All pieces that are not withdrawn, by their own time, then by id. This order does not depend on when they were
/// appended.
struct Ledger<'a>(Vec<&'a EvidenceRecord>);

impl<'a> Ledger<'a> {
    fn new(recorded: impl Iterator<Item = &'a EvidenceRecord>) -> Self {
        let mut pieces: Vec<_> = recorded.collect();
        let withdrawn = withdrawn_ids(pieces.iter().copied());
        pieces.retain(|piece| !withdrawn.contains(&&piece.evidence.id));
        pieces.sort_by_key(|piece| (piece.evidence.occurred_at, &piece.evidence.id));
        Self(pieces)
    }

    /// The own time of the deposit that completed the payment; `None` while it is short. Any deposit above zero pays an
    /// order of no set amount.
    fn paid_at(&self, order: &Order) -> Option<Timestamp> {
        let mut sum = BaseUnits::ZERO;
        self.counted_deposits(order).find_map(|piece| {
            if let Fact::Deposit { amount, .. } = piece.fact {
                sum = sum.saturating_add(amount);
            }
            (!sum.is_zero() && sum >= order.terms.src_amount).then_some(piece.occurred_at)
        })
    }

    fn counted_deposits(&self, order: &Order) -> impl Iterator<Item = &'a Evidence> {
        let counted = self.0.iter().filter(|piece| !piece.late && order.asks_for(&piece.evidence.fact));
        counted.map(|piece| &piece.evidence)
    }

    /// The first piece that moves an order on from `status`. Steps that spend the deposit wait until it is there in
    /// full; a reorganisation can remove it again.
    fn next_move(&self, status: OrderStatus, paid: bool) -> Option<(&'a Evidence, OrderStatus)> {
        self.0.iter().find_map(|piece| {
            let step = match piece.evidence.fact {
                Fact::Progress { status } if paid => Step::Progress(status),
                Fact::Executed { .. } if paid => Step::Executed,
                Fact::Refunding { .. } => Step::Refunding,
                Fact::Refund { status: RefundStatus::Success, .. } => Step::Refunded,
                Fact::Failure { .. } => Step::Failed,
                Fact::Progress { .. }
                | Fact::Executed { .. }
                | Fact::Deposit { .. }
                | Fact::Relay { .. }
                | Fact::Refund { status: RefundStatus::Failure, .. }
                | Fact::Withdrawn { .. } => return None,
            };
            status.after(step).map(|next| (&piece.evidence, next))
        })
    }

    fn error_details(&self, status: OrderStatus) -> Option<String> {
        if self.0.iter().any(|piece| piece.late) {
            return Some(LATE_DEPOSIT.to_owned());
        }
        self.0.iter().find_map(|piece| match (status, &piece.evidence.fact) {
            (OrderStatus::Refunding | OrderStatus::Refunded, Fact::Refunding { detail })
            | (OrderStatus::Failure, Fact::Failure { detail }) => Some(detail.clone()),
            _ => None,
        })
    }
}

#[cfg(test)]
#[path = "ledger_tests.rs"]
mod tests;
