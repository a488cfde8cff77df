//! The rule for folding: which deposits an order keeps in sums. Anybody may send thousands to its address, and all of its
//! evidence is read each time.

use crate::{
    checkout::{EvidenceRecord, Fact, Order, evidence_record::withdrawn_ids},
    kernel::BaseUnits,
    terms::Accepted,
};

/// The numbers of pieces of evidence from which on an order folds.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bounds {
    /// The number for dust and for tokens that are not accepted.
    pub(crate) slight: usize,
    /// The number for whatever decides nothing. It is higher: a late or excess payment of weight is told by an event,
    /// which a flood of dust should not prevent.
    pub(crate) any: usize,
}

impl Bounds {
    pub(crate) const DEFAULT: Self = Self { slight: 200, any: 1_000 };
}

impl Order {
    /// The order and the deposit after folding it, if the order folds it. `appended` and `record` are what appending it
    /// in the usual way gives. A deposit that would change anything but sums is not folded: above all, one that
    /// completes a payment, or is the first late one.
    pub(crate) fn fold(
        &self,
        history: &[EvidenceRecord],
        (appended, record): (&Self, &EvidenceRecord),
        bounds: Bounds,
    ) -> Option<(Self, EvidenceRecord)> {
        let Fact::Deposit { chain, token, amount, .. } = &record.evidence.fact else { return None };
        let accepted = self.terms.accepted().into_iter().find(|it| it.is(*chain, token));
        let is_slight = accepted.as_ref().is_none_or(|it| is_dust(*amount, it));
        let bound = if is_slight { bounds.slight } else { bounds.any };
        // One withdrawn before its arrival could not be subtracted any more.
        if history.len() < bound || withdrawn_ids(history.iter()).contains(&&record.evidence.id) {
            return None;
        }
        let mut order = Self { received: appended.received.clone(), ..self.clone() };
        match accepted.filter(|_| !record.late) {
            None => order.folded.add_uncounted(record.late),
            Some(with) => {
                let received = self.received_of(history, &with).saturating_add(*amount);
                order.folded.add_counted(&with, *amount, record.evidence.occurred_at, received);
            }
        }
        let decides = order.state() != appended.state() || order.payment(history) != self.payment(history);
        (!decides).then(|| (order, EvidenceRecord { effect: None, ..record.clone() }))
    }

    /// The order once a new piece has withdrawn `deposit`, which it folded. Each is taken back once.
    pub(crate) fn taking_back(mut self, history: &[EvidenceRecord], deposit: &EvidenceRecord) -> Self {
        if !withdrawn_ids(history.iter()).contains(&&deposit.evidence.id) {
            self.folded.take_back(&deposit.evidence.fact, deposit.late);
        }
        self
    }
}

/// Less than a thousandth of what the order asks for.
fn is_dust(amount: BaseUnits, accepted: &Accepted) -> bool {
    amount.is_zero() || amount < accepted.least.less_bps(9_990)
}
