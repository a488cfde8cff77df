//! How evidence moves an order.
//!
//! An order's recorded evidence is a set; where it leads is worked out anew from the whole set each
//! time a piece is added. So a piece that came too early takes effect as soon as the piece that it
//! builds on is there, and the outcome does not depend on the queue's order. Only what has ended
//! stays ended.

use crate::{
    checkout::{
        Effect, EventType, Evidence, EvidenceRecord, ExpiredReason, Fact, Order, OrderStatus, RefundStatus,
        Step, emitted::events_between, evidence_record::withdrawn_ids,
    },
    kernel::{BaseUnits, Timestamp},
};

/// `errorDetails` of an order that money reached too late.
const LATE_DEPOSIT: &str = "LATE_DEPOSIT";

impl Order {
    /// Appends a new piece of evidence to those of before, and returns the order as it stands
    /// afterwards, with the piece as it is to be kept. The caller has made sure that no piece of this
    /// id is in `history` yet.
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

    /// The deposits that count towards the payment: in time, of the token and chain that the order asks
    /// for, and not withdrawn; by their own time.
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

    /// Whether a deposit is of the token that the order asks for, on the chain that it names.
    pub fn asks_for(&self, fact: &Fact) -> bool {
        matches!(fact, Fact::Deposit { chain, token, .. }
            if *chain == self.terms.src_chain && *token == self.terms.src_token_address)
    }
}

/// All pieces that no reorganisation has withdrawn, by their own time, then by id: an order that does
/// not depend on when they were recorded.
struct Ledger<'a>(Vec<&'a EvidenceRecord>);

impl<'a> Ledger<'a> {
    fn new(recorded: impl Iterator<Item = &'a EvidenceRecord>) -> Self {
        let mut pieces: Vec<_> = recorded.collect();
        let withdrawn = withdrawn_ids(pieces.iter().copied());
        pieces.retain(|piece| !withdrawn.contains(&&piece.evidence.id));
        pieces.sort_by_key(|piece| (piece.evidence.occurred_at, &piece.evidence.id));
        Self(pieces)
    }

    /// The own time of the deposit with which the sum reached what `order` asks for; `None` while it is
    /// short. An order of no set amount is paid by any deposit of something.
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

    /// The first piece that moves an order on from `status`. Steps that spend the deposit wait while
    /// it is not (or, after a reorganisation, no longer) there in full.
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
