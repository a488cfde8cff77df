//! The facts that the panel makes up: payments of the buyer, and news from the chain.

use shared::{
    checkout::{Evidence, Fact, OrderHistory},
    kernel::{Address, BaseUnits, EvidenceId, Timestamp},
    terms::Accepted,
};

/// The prefix of the panel's transactions.
const HASH_PREFIX: &str = "0x7e57";

/// The token that no order asks for.
const OTHER_TOKEN: &str = "0x00000000000000000000000000000000000000ff";

/// A fact that the panel can make up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Play {
    /// A payment of the amount that is due.
    Pay,
    /// A payment of half of it.
    PayHalf,
    /// A payment of a tenth more.
    PayTooMuch,
    /// A payment in another token.
    PayOtherToken,
    /// The delivery to the recipient.
    Finish,
    /// A reorganisation that removes the newest of the panel's payments.
    Reorganise,
    /// A failure of the order.
    Fail,
}

impl Play {
    /// All of them.
    pub(super) const ALL: [Self; 7] = [
        Self::Pay,
        Self::PayHalf,
        Self::PayTooMuch,
        Self::PayOtherToken,
        Self::Finish,
        Self::Reorganise,
        Self::Fail,
    ];

    /// The value of the form's field.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Pay => "pay",
            Self::PayHalf => "pay-half",
            Self::PayTooMuch => "pay-too-much",
            Self::PayOtherToken => "pay-other-token",
            Self::Finish => "finish",
            Self::Reorganise => "reorganise",
            Self::Fail => "fail",
        }
    }

    /// The button's text.
    pub(super) fn label(self) -> &'static str {
        match self {
            Self::Pay => "Pay",
            Self::PayHalf => "Pay half",
            Self::PayTooMuch => "Pay too much",
            Self::PayOtherToken => "Pay in another token",
            Self::Finish => "Deliver to the recipient",
            Self::Reorganise => "Reorganise the chain",
            Self::Fail => "Let the order fail",
        }
    }

    /// The fact as evidence for this order, paid by `option`.
    ///
    /// # Errors
    /// The reason for which there can be no such fact.
    pub(super) fn evidence(
        self,
        history: &OrderHistory,
        option: &Accepted,
        random: u128,
        now: Timestamp,
    ) -> Result<Evidence, &'static str> {
        let due = due(history, option);
        let fact = match self {
            Self::Pay => deposit(option, due, random),
            Self::PayHalf => deposit(option, due.less_bps(5_000), random),
            Self::PayTooMuch => {
                let tenth = due.saturating_sub(due.less_bps(1_000));
                deposit(option, due.saturating_add(tenth).saturating_add(one()), random)
            }
            Self::PayOtherToken => deposit(&other_token(option)?, due, random),
            Self::Finish => delivery(history, random)?,
            Self::Reorganise => Fact::Withdrawn { evidence: newest_payment(history)? },
            Self::Fail => Fact::Failure { detail: "TEST_FAILURE".to_owned() },
        };
        let id = EvidenceId::new(format!("{}:{random:032x}", self.name()));
        Ok(Evidence {
            order_id: history.order.id,
            id: id.ok_or("the evidence has no id")?,
            occurred_at: now,
            fact,
        })
    }
}

/// The amount that is still to be paid by `option`: all of it again once it is paid.
pub(super) fn due(history: &OrderHistory, option: &Accepted) -> BaseUnits {
    let due = option.least.saturating_sub(received(history, option));
    [due, option.least].into_iter().find(|amount| !amount.is_zero()).unwrap_or_else(one)
}

/// The sum of the payments by `option` that count.
fn received(history: &OrderHistory, option: &Accepted) -> BaseUnits {
    let counted = history.order.counted_deposits(&history.evidence, option);
    let amounts = counted.iter().filter_map(|piece| match &piece.fact {
        Fact::Deposit { amount, .. } => Some(*amount),
        _ => None,
    });
    amounts.fold(BaseUnits::ZERO, BaseUnits::saturating_add)
}

fn one() -> BaseUnits {
    BaseUnits::parse("1").unwrap_or_default()
}

fn deposit(with: &Accepted, amount: BaseUnits, random: u128) -> Fact {
    Fact::Deposit { chain: with.chain, tx_hash: hash(random), from: None, token: with.token.clone(), amount }
}

fn hash(random: u128) -> String {
    format!("{HASH_PREFIX}{random:060x}")
}

fn other_token(option: &Accepted) -> Result<Accepted, &'static str> {
    let token = Address::parse_token(option.chain, OTHER_TOKEN)?;
    Ok(Accepted { token, ..option.clone() })
}

/// The delivery of all that was paid.
fn delivery(history: &OrderHistory, random: u128) -> Result<Fact, &'static str> {
    let OrderHistory { order, evidence } = history;
    let with = order.payment(evidence).ok_or("the order is not paid")?.with;
    let amount = received(history, &with);
    let (chain, token) = match order.terms.payment {
        Some(_) => (with.chain, Some(with.token)),
        None => (order.terms.dst_chain, None),
    };
    Ok(Fact::Executed { chain, tx_hash: hash(random), token, amount })
}

fn newest_payment(history: &OrderHistory) -> Result<EvidenceId, &'static str> {
    let withdrawn = |id: &EvidenceId| {
        history
            .evidence
            .iter()
            .any(|it| matches!(&it.evidence.fact, Fact::Withdrawn { evidence } if evidence == id))
    };
    let own = history.evidence.iter().filter(|it| {
        matches!(&it.evidence.fact, Fact::Deposit { tx_hash, .. } if tx_hash.starts_with(HASH_PREFIX))
            && !withdrawn(&it.evidence.id)
    });
    let newest = own.max_by_key(|it| it.evidence.occurred_at).ok_or("there is no payment of this panel's")?;
    Ok(newest.evidence.id.clone())
}
