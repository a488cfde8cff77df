//! A checkout as its page shows it: the session and its order, with the names and sums that they imply.

use shared::{
    chains::Chains,
    checkout::{DepositStatus, OrderAndTransactions, OrderHistory, RefundStatus, RefundTxStatus, Session},
    kernel::{Address, BaseUnits, ChainId, Timestamp},
};

use crate::{
    Choice, PageState,
    money::{Money, Network},
};

/// A checkout at a moment.
pub(crate) struct Checkout<'a> {
    pub(crate) session: &'a Session,
    pub(crate) history: Option<&'a OrderHistory>,
    pub(crate) now: Timestamp,
    pub(crate) state: PageState,
    /// The ways to pay: those of the payment terms, else the order's own.
    pub(crate) options: Vec<PayOption<'a>>,
    /// The index of the option that is shown: the one asked for, else the one that a part has been paid of, else the
    /// order's, else the only one.
    chosen: Option<usize>,
    chains: &'a Chains,
}

/// A way to pay.
pub(crate) struct PayOption<'a> {
    pub(crate) key: Choice,
    pub(crate) network: Network<'a>,
    pub(crate) money: Money<'a>,
    /// The deposits that count towards it.
    pub(crate) received: BaseUnits,
}

/// A transaction that was seen.
pub(crate) struct Transaction<'a> {
    pub(crate) network: Network<'a>,
    pub(crate) hash: &'a str,
    pub(crate) money: Money<'a>,
    pub(crate) at: Timestamp,
    pub(crate) kind: TransactionKind,
}

/// The kind of a transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TransactionKind {
    Deposit(DepositStatus),
    Refund { failed: bool },
    WithdrawnRefund,
}

impl PayOption<'_> {
    /// The part of its amount that is missing.
    pub(crate) fn due(&self) -> Money<'_> {
        self.money.with(self.money.amount.saturating_sub(self.received))
    }
}

impl<'a> Checkout<'a> {
    pub(crate) fn new(
        session: &'a Session,
        history: Option<&'a OrderHistory>,
        chains: &'a Chains,
        wanted: Option<&Choice>,
        now: Timestamp,
    ) -> Self {
        let options = options(session, history, chains);
        let own = history.map(|history| {
            let terms = &history.order.terms;
            Choice { chain: terms.src_chain, token: terms.src_token_address.clone() }
        });
        let position = |choice: &Choice| options.iter().position(|option| option.key == *choice);
        let begun = || options.iter().position(|option| !option.received.is_zero());
        let chosen = wanted.and_then(position).or_else(begun).or_else(|| own.as_ref().and_then(position));
        let chosen = chosen.or((options.len() == 1).then_some(0));
        let state = PageState::of(session, history, now);
        Self { session, history, now, state, options, chosen, chains }
    }

    /// The option that is shown.
    pub(crate) fn option(&self) -> Option<&PayOption<'a>> {
        self.options.get(self.chosen?)
    }

    /// The deposit address.
    pub(crate) fn address(&self) -> Option<&'a str> {
        self.history?.order.global_address.as_deref()
    }

    /// The option that paid the order.
    pub(crate) fn paying_option(&self) -> Option<&PayOption<'a>> {
        let history = self.history?;
        let with = history.order.payment(&history.evidence)?.with;
        self.options.iter().find(|option| with.is(option.key.chain, &option.key.token))
    }

    /// The delivery to the recipient.
    pub(crate) fn delivered(&self) -> Option<(Network<'a>, Money<'a>)> {
        let paid = self.session.paid.as_ref()?;
        let money = Money::of(self.chains, paid.chain, &paid.token_address, paid.amount);
        Some((Network::of(self.chains, paid.chain), money))
    }

    /// The money beyond what was due, once the order is paid.
    pub(crate) fn excess(&self) -> Vec<Money<'a>> {
        let Some(paying) = self.paying_option() else { return Vec::new() };
        let beyond = |option: &PayOption<'a>| match option.key == paying.key {
            true => option.received.saturating_sub(option.money.amount),
            false => option.received,
        };
        let excess = self.options.iter().map(|option| option.money.with(beyond(option)));
        excess.filter(|money| !money.amount.is_zero()).collect()
    }

    /// The transactions, by their own time.
    pub(crate) fn transactions(&self) -> Vec<Transaction<'a>> {
        let Some(history) = self.history else { return Vec::new() };
        let seen = OrderAndTransactions::from(history);
        let deposits = seen.deposit_txs.iter().map(|deposit| Transaction {
            network: Network::of(self.chains, deposit.chain),
            hash: deposit.tx_hash,
            money: Money::of(self.chains, deposit.chain, deposit.token, deposit.amount),
            at: deposit.created_at,
            kind: TransactionKind::Deposit(deposit.status),
        });
        let refunds = seen.refund_txs.iter().map(|refund| {
            let paid = self.paying_option().filter(|option| option.key.chain == refund.chain);
            let same_chain = self.options.iter().find(|option| option.key.chain == refund.chain);
            let token = paid.or(same_chain).map(|option| option.money.token);
            let token = token.unwrap_or(&history.order.terms.src_token_address);
            Transaction {
                network: Network::of(self.chains, refund.chain),
                hash: refund.tx_hash,
                money: Money::of(self.chains, refund.chain, token, refund.amount),
                at: refund.created_at,
                kind: match refund.status {
                    RefundTxStatus::Told(status) => {
                        TransactionKind::Refund { failed: status == RefundStatus::Failure }
                    }
                    RefundTxStatus::Withdrawn(_) => TransactionKind::WithdrawnRefund,
                },
            }
        });
        deposits.chain(refunds).collect()
    }

    /// The number of deposits that are kept in sums only.
    pub(crate) fn folded(&self) -> u64 {
        self.history.map_or(0, |history| history.order.folded.count)
    }

    /// The address that the money is for.
    pub(crate) fn recipient(&self) -> Option<&'a str> {
        let of_order = self.history.map(|history| history.order.terms.recipient_address.as_str());
        let of_terms = self.session.payment.as_ref().map(|payment| payment.recipient_address.as_str());
        of_order.or(of_terms)
    }
}

fn options<'a>(
    session: &'a Session,
    history: Option<&'a OrderHistory>,
    chains: &'a Chains,
) -> Vec<PayOption<'a>> {
    let own = history.map(|history| {
        let terms = &history.order.terms;
        (terms.src_chain, &terms.src_token_address, terms.src_amount)
    });
    let of_terms = session.payment.iter().flat_map(|payment| &payment.options);
    let of_terms = of_terms.map(|option| (option.chain, &option.token_address, option.amount));
    let all: Vec<_> = match session.payment {
        Some(_) => of_terms.collect(),
        None => own.into_iter().collect(),
    };
    let option = |(chain, token, amount): (ChainId, &'a Address, BaseUnits)| PayOption {
        key: Choice { chain, token: token.clone() },
        network: Network::of(chains, chain),
        money: Money::of(chains, chain, token, amount),
        received: history.map_or(BaseUnits::ZERO, |history| received(history, chain, token)),
    };
    all.into_iter().map(option).collect()
}

fn received(history: &OrderHistory, chain: ChainId, token: &Address) -> BaseUnits {
    let accepted = history.order.terms.accepted().into_iter().find(|accepted| accepted.is(chain, token));
    accepted.map_or(BaseUnits::ZERO, |accepted| history.order.received_of(&history.evidence, &accepted))
}
