//! The transactions that were seen, and notices about those that do not simply count.

use maud::{Markup, html};
use shared::checkout::DepositStatus;

use crate::{
    Texts,
    checkout::{Checkout, Transaction, TransactionKind},
    html::parts::{ltr, sentence},
    story::{self, utc},
};

/// The notices.
pub(super) fn notices(checkout: &Checkout<'_>, texts: Texts) -> Markup {
    html! {
        @for notice in story::notices(checkout, texts) {
            div class="notice" role="note" {
                p { (sentence(&notice.sentence, texts)) }
                @if let Some(transaction) = &notice.transaction {
                    p { (texts.text("receipt.tx")) ": " (hash(transaction)) }
                }
            }
        }
    }
}

/// All transactions.
pub(super) fn transactions(checkout: &Checkout<'_>, texts: Texts) -> Markup {
    let transactions = checkout.transactions();
    if transactions.is_empty() {
        return html! {};
    }
    html! {
        section aria-labelledby="transactions" {
            h2 id="transactions" { (texts.text("txs.title")) }
            ul class="transactions" {
                @for transaction in &transactions {
                    li {
                        (ltr(&transaction.money.text(texts))) " · " bdi { (transaction.network.name(texts)) }
                        " · " (status(transaction.kind, texts))
                        br;
                        small { time datetime=(transaction.at.rfc3339()) { (ltr(&utc(transaction.at))) } " · " (hash(transaction)) }
                    }
                }
            }
        }
    }
}

fn status(kind: TransactionKind, texts: Texts) -> &'static str {
    texts.text(match kind {
        TransactionKind::Deposit(DepositStatus::Counted) => "tx.counted",
        TransactionKind::Deposit(DepositStatus::Late) => "tx.late",
        TransactionKind::Deposit(DepositStatus::OtherToken) => "tx.other_token",
        TransactionKind::Deposit(DepositStatus::Withdrawn) | TransactionKind::WithdrawnRefund => {
            "tx.withdrawn"
        }
        TransactionKind::Refund { failed: false } => "tx.refund",
        TransactionKind::Refund { failed: true } => "tx.refund_failed",
    })
}

/// A transaction's hash, with a link to its chain's explorer if there is one.
fn hash(transaction: &Transaction<'_>) -> Markup {
    let shown = html! { code dir="ltr" { (transaction.hash) } };
    match transaction.network.transaction_url(transaction.hash) {
        Some(url) => html! { a href=(url) rel="noreferrer" { (shown) } },
        None => shown,
    }
}
