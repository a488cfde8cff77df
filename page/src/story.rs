//! The sentences of a page, true to the evidence: what has arrived, what follows from it, and what to do.

use shared::{chains::Confirmations, checkout::DepositStatus, kernel::Timestamp};

use crate::{
    PageState, Texts,
    checkout::{Checkout, PayOption, Transaction, TransactionKind},
    state::Arrived,
};

/// A text and the values of its placeholders.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Sentence {
    pub(crate) key: &'static str,
    pub(crate) values: Vec<(&'static str, String)>,
}

/// A notice about money that does not simply count, with its transaction if there is one.
pub(crate) struct Notice<'a> {
    pub(crate) sentence: Sentence,
    pub(crate) transaction: Option<Transaction<'a>>,
}

impl Sentence {
    fn plain(key: &'static str) -> Self {
        Self { key, values: Vec::new() }
    }

    fn with(key: &'static str, values: Vec<(&'static str, String)>) -> Self {
        Self { key, values }
    }

    /// The sentence as plain text.
    pub(crate) fn fill(&self, texts: Texts) -> String {
        let values: Vec<_> = self.values.iter().map(|(name, value)| (*name, value.as_str())).collect();
        texts.fill(self.key, &values)
    }
}

/// A time to the minute, in UTC: the buyer's time zone is unknown.
pub(crate) fn utc(time: Timestamp) -> String {
    let text = time.rfc3339();
    let (date, rest) = text.split_once('T').unwrap_or((&text, ""));
    format!("{date} {} UTC", rest.get(..5).unwrap_or_default())
}

/// The headline.
pub(crate) fn title(checkout: &Checkout<'_>, texts: Texts) -> Sentence {
    let option = checkout.option();
    match (checkout.state, option) {
        (PageState::AwaitPayment | PageState::PartlyPaid, Some(option)) if option.received.is_zero() => {
            Sentence::with("await.title", vec![("amount", to_pay(option, texts))])
        }
        (PageState::PartlyPaid, Some(option)) => {
            let received = option.money.with(option.received).text(texts);
            Sentence::with("part.title", vec![("received", received), ("amount", option.money.text(texts))])
        }
        (state, _) => Sentence::plain(match state {
            PageState::Choose | PageState::AwaitPayment | PageState::PartlyPaid => "choose.title",
            PageState::ShopGoesOn | PageState::Unpayable => "goes_on.title",
            PageState::AwaitVendor => "vendor.title",
            PageState::Closing => "closing.title",
            PageState::Confirming => "confirming.title",
            PageState::Complete => "complete.title",
            PageState::Expired(_) => "expired.title",
            PageState::Ended(_) => "ended.title",
            PageState::Failed { .. } => "failed.title",
            PageState::Refunding => "refunding.title",
            PageState::Refunded => "refunded.title",
        }),
    }
}

/// The sentences under the headline.
pub(crate) fn leads(checkout: &Checkout<'_>, texts: Texts) -> Vec<Sentence> {
    let option = checkout.option();
    match (checkout.state, option) {
        // Another option than the one that a part has been paid of.
        (PageState::AwaitPayment | PageState::PartlyPaid, Some(option)) if option.received.is_zero() => {
            let network = || vec![("network", option.network.name(texts))];
            vec![Sentence::with("await.lead", network()), Sentence::with("await.appears", network())]
        }
        (PageState::PartlyPaid, Some(option)) => vec![Sentence::with(
            "part.lead",
            vec![("due", option.due().text(texts)), ("network", option.network.name(texts))],
        )],
        (PageState::Closing, _) => {
            let expiry = checkout.history.map_or(checkout.session.expires_at, |it| it.order.expires_at);
            vec![Sentence::with("closing.lead", vec![("time", utc(expiry))])]
        }
        (PageState::Confirming, _) => confirming(checkout, texts),
        (PageState::Complete, _) => complete(checkout, texts),
        (state, _) => vec![Sentence::plain(ended(state))],
    }
}

fn ended(state: PageState) -> &'static str {
    match state {
        PageState::ShopGoesOn => "goes_on.lead",
        PageState::AwaitVendor => "vendor.lead",
        PageState::Unpayable => "unpayable.lead",
        PageState::Expired(Arrived::Nothing) => "expired.lead",
        PageState::Expired(Arrived::Part) | PageState::Ended(Arrived::Part) => "expired.part",
        PageState::Expired(Arrived::Uncounted) | PageState::Ended(Arrived::Uncounted) => "expired.evidence",
        PageState::Ended(Arrived::Nothing) => "ended.lead",
        PageState::Failed { short: true } => "failed.short",
        PageState::Failed { short: false } => "failed.lead",
        PageState::Refunding => "refunding.lead",
        PageState::Refunded => "refunded.lead",
        PageState::Choose
        | PageState::AwaitPayment
        | PageState::PartlyPaid
        | PageState::Closing
        | PageState::Confirming
        | PageState::Complete => "choose.lead",
    }
}

fn confirming(checkout: &Checkout<'_>, texts: Texts) -> Vec<Sentence> {
    let mut said = vec![Sentence::plain("confirming.lead")];
    let network = checkout.paying_option().map(|option| &option.network);
    if let Some((network, confirmations)) = network.and_then(|it| Some((it, it.confirmations?))) {
        let name = ("network", network.name(texts));
        said.push(match confirmations {
            Confirmations::Depth(depth) => {
                Sentence::with("confirming.depth", vec![name, ("count", depth.to_string())])
            }
            Confirmations::Tag(_) => Sentence::with("confirming.tag", vec![name]),
        });
    }
    said
}

fn complete(checkout: &Checkout<'_>, texts: Texts) -> Vec<Sentence> {
    let mut said = Vec::new();
    if let Some((_, money)) = checkout.delivered() {
        let values = vec![("merchant", merchant(checkout, texts)), ("amount", money.text(texts))];
        said.push(Sentence::with("complete.lead", values));
    }
    said.push(Sentence::plain("complete.print"));
    said
}

/// The amount to send, or the token alone if any amount will do.
fn to_pay(option: &PayOption<'_>, texts: Texts) -> String {
    match option.money.amount.is_zero() {
        true => option.money.symbol().to_owned(),
        false => option.money.text(texts),
    }
}

/// The merchant's name, or words for it.
pub(crate) fn merchant(checkout: &Checkout<'_>, texts: Texts) -> String {
    let named = checkout.session.display.as_ref().and_then(|display| display.merchant_name.clone());
    named.unwrap_or_else(|| texts.text("merchant").to_owned())
}

/// The notices: payments that are late, in another token or withdrawn, and money beyond what was due.
pub(crate) fn notices<'a>(checkout: &Checkout<'a>, texts: Texts) -> Vec<Notice<'a>> {
    let mut notices = Vec::new();
    for transaction in checkout.transactions() {
        let TransactionKind::Deposit(status) = transaction.kind else { continue };
        let key = match status {
            DepositStatus::Counted => continue,
            DepositStatus::Late => "notice.late",
            DepositStatus::OtherToken => "notice.other_token",
            DepositStatus::Withdrawn => "notice.withdrawn",
        };
        let values =
            vec![("amount", transaction.money.text(texts)), ("network", transaction.network.name(texts))];
        notices.push(Notice { sentence: Sentence::with(key, values), transaction: Some(transaction) });
    }
    for money in checkout.excess() {
        let sentence = Sentence::with("notice.over", vec![("amount", money.text(texts))]);
        notices.push(Notice { sentence, transaction: None });
    }
    if checkout.folded() > 0 {
        let count = vec![("count", checkout.folded().to_string())];
        notices.push(Notice { sentence: Sentence::with("notice.folded", count), transaction: None });
    }
    notices
}
