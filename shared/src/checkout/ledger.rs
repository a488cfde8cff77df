//! The rules by which evidence decides an order's state.
//!
//! An order's evidence is a set, and each append computes the state from the whole set. So a piece that arrives early
//! takes effect once the piece that it builds on is there, and the queue's order does not matter. Only terminal states
//! stay as they are.

use crate::{
    checkout::{
        Effect, EventType, Evidence, EvidenceRecord, ExpiredReason, Fact, Order, OrderStatus, Paid,
        RefundStatus, Step, emitted::events_between, evidence_record::withdrawn_ids,
    },
    kernel::{BaseUnits, Timestamp},
    terms::Accepted,
};

/// The `errorDetails` of an order with a late deposit.
const LATE_DEPOSIT: &str = "LATE_DEPOSIT";

/// The `errorDetails` of an order whose recipient got less than its session's payment terms ask for.
const SHORT_DELIVERY: &str = "SHORT_DELIVERY";

/// A payment in full.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Payment {
    /// The own time of the deposit that completed it.
    pub at: Timestamp,
    /// The token that it was made in.
    pub with: Accepted,
}

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
        let paid = ledger.payment(&order).map(|payment| order.status_once_paid(&payment.with).into());
        recorded.effect = order.count_events(events_between((&was, &order), paid, history, &recorded));
        (order, recorded)
    }

    /// The order's payment, if it is paid in full: by the first of the accepted tokens that is.
    pub fn payment(&self, history: &[EvidenceRecord]) -> Option<Payment> {
        Ledger::new(history.iter()).payment(self)
    }

    /// The sum of all deposits of an accepted token that count, the folded ones included.
    pub fn received_of(&self, history: &[EvidenceRecord], accepted: &Accepted) -> BaseUnits {
        Ledger::new(history.iter()).received(self, accepted)
    }

    /// The deposits of an accepted token that count towards the payment, by their own time: in time, not withdrawn.
    /// Folded ones are not among them, unless `history` has them too.
    pub fn counted_deposits<'a>(
        &self,
        history: &'a [EvidenceRecord],
        accepted: &Accepted,
    ) -> Vec<&'a Evidence> {
        let ledger = Ledger::new(history.iter());
        ledger.counted().filter(|piece| amount_of(piece, accepted).is_some()).collect()
    }

    /// The delivery to the recipient, if the order is executed.
    pub(crate) fn paid<'a>(&self, history: impl Iterator<Item = &'a EvidenceRecord>) -> Option<Paid> {
        let ledger = Ledger::new(history);
        let piece = ledger.0.iter().find(|piece| Some(&piece.evidence.id) == self.executed_by.as_ref())?;
        let Fact::Executed { chain, tx_hash, token, amount } = &piece.evidence.fact else { return None };
        let payment = ledger.payment(self)?;
        let owed = self.terms.owed(&payment.with, *chain, token.as_ref())?;
        Some(Paid {
            chain: owed.chain,
            token_address: owed.token,
            recipient_address: self.terms.recipient_address.clone(),
            amount: *amount,
            tx_hash: tx_hash.clone(),
            paid_at: piece.evidence.occurred_at,
        })
    }

    fn count_events(&mut self, events: Vec<EventType>) -> Option<Effect> {
        let first_sequence = self.first_sequence() + self.later_events + 1;
        self.later_events += events.len() as u64;
        (!events.is_empty()).then(|| Effect { first_sequence, events, order: self.state() })
    }

    fn follow(&mut self, ledger: &Ledger<'_>) {
        let payment = ledger.payment(self);
        if let Some(payment) = payment.as_ref().filter(|_| !self.status.is_terminal()) {
            self.received_deposit_at = Some(payment.at);
        }
        let first = payment.as_ref().map(|payment| Step::Paid(self.status_once_paid(&payment.with)));
        if let Some(next) = first.and_then(|step| self.status.after(step)) {
            self.status = next;
        }
        while let Some((piece, next)) = ledger.next_move(self, payment.as_ref()) {
            self.status = next;
            if let Fact::Executed { amount, .. } = piece.fact {
                self.actual_dst_amount = Some(amount);
                if next == OrderStatus::Executed {
                    self.filled_at = Some(piece.occurred_at);
                    self.executed_by = Some(piece.id.clone());
                }
            }
        }
        self.error_details = ledger.error_details(self);
        if let Some(payment) = &self.terms.payment {
            self.received = payment.accepted().map(|option| ledger.received(self, &option)).collect();
        }
    }

    /// Returns true for a deposit of an accepted token.
    pub(crate) fn asks_for(&self, fact: &Fact) -> bool {
        matches!(fact, Fact::Deposit { chain, token, .. }
            if self.terms.accepted().iter().any(|accepted| accepted.is(*chain, token)))
    }
}

/// The amount of a deposit of this token.
fn amount_of(piece: &Evidence, accepted: &Accepted) -> Option<BaseUnits> {
    match &piece.fact {
        Fact::Deposit { chain, token, amount, .. } if accepted.is(*chain, token) => Some(*amount),
        _ => None,
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

    /// The first payment that is complete; `None` while each is short. Any deposit above zero pays an order of no set
    /// amount.
    fn payment(&self, order: &Order) -> Option<Payment> {
        let payments = order.terms.accepted().into_iter().filter_map(|with| self.payment_with(order, with));
        // Of two completed at the same moment, the first accepted token's.
        payments.min_by_key(|payment| payment.at)
    }

    fn payment_with(&self, order: &Order, with: Accepted) -> Option<Payment> {
        let mut sum = BaseUnits::ZERO;
        let mut deposits = self.deposits(order, &with);
        deposits.sort_by_key(|(at, _)| *at);
        let (at, _) = deposits.into_iter().find(|(_, amount)| {
            sum = sum.saturating_add(*amount);
            !sum.is_zero() && sum >= with.least
        })?;
        Some(Payment { at, with })
    }

    fn received(&self, order: &Order, accepted: &Accepted) -> BaseUnits {
        let deposits = self.deposits(order, accepted);
        deposits.into_iter().map(|(_, amount)| amount).fold(BaseUnits::ZERO, BaseUnits::saturating_add)
    }

    /// The times and amounts of the deposits in this token that count, then the sums of those folded.
    fn deposits(&self, order: &Order, with: &Accepted) -> Vec<(Timestamp, BaseUnits)> {
        let pieces = self.counted().filter_map(|piece| Some((piece.occurred_at, amount_of(piece, with)?)));
        pieces.chain(order.folded.amounts(with)).collect()
    }

    /// All deposits in time, whatever their token.
    fn counted(&self) -> impl Iterator<Item = &'a Evidence> {
        self.0.iter().filter(|piece| !piece.late).map(|piece| &piece.evidence)
    }

    /// The first piece that moves an order on. Steps that spend the deposit wait until it is there in full; a
    /// reorganisation can remove it again.
    fn next_move(&self, order: &Order, payment: Option<&Payment>) -> Option<(&'a Evidence, OrderStatus)> {
        self.0.iter().find_map(|piece| {
            let step = match &piece.evidence.fact {
                Fact::Progress { status } if payment.is_some() => Step::Progress(*status),
                fact @ Fact::Executed { .. } if payment.is_some() => match is_enough(order, payment?, fact) {
                    true => Step::Executed,
                    false => Step::Failed,
                },
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
            order.status.after(step).map(|next| (&piece.evidence, next))
        })
    }

    fn error_details(&self, order: &Order) -> Option<String> {
        if order.folded.late > 0 || self.0.iter().any(|piece| piece.late) {
            return Some(LATE_DEPOSIT.to_owned());
        }
        self.0.iter().find_map(|piece| match (order.status, &piece.evidence.fact) {
            (OrderStatus::Refunding | OrderStatus::Refunded, Fact::Refunding { detail })
            | (OrderStatus::Failure, Fact::Failure { detail }) => Some(detail.clone()),
            (OrderStatus::Failure, fact @ Fact::Executed { .. }) => {
                let payment = self.payment(order)?;
                (!is_enough(order, &payment, fact)).then(|| SHORT_DELIVERY.to_owned())
            }
            _ => None,
        })
    }
}

/// Returns true if a delivery is what the order owes its recipient.
fn is_enough(order: &Order, payment: &Payment, delivery: &Fact) -> bool {
    let Fact::Executed { chain, token, amount, .. } = delivery else { return false };
    let owed = order.terms.owed(&payment.with, *chain, token.as_ref());
    owed.is_some_and(|owed| *amount >= owed.least)
}

#[cfg(test)]
#[path = "ledger_tests.rs"]
mod tests;
