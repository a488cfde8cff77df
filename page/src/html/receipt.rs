//! The receipt of a checkout that is complete, at the same address for good.

use maud::{Markup, html};

use crate::{
    Texts,
    checkout::Checkout,
    html::parts::{link_back, ltr, row},
    story::utc,
};

/// The receipt, and the way back to the shop.
pub(super) fn receipt(checkout: &Checkout<'_>, texts: Texts) -> Markup {
    html! {
        (link_back(checkout, texts, checkout.session.success_url.as_ref()))
        // The script announces here that it goes back by itself.
        p id="redirect" hidden {}
        (facts(checkout, texts))
    }
}

fn facts(checkout: &Checkout<'_>, texts: Texts) -> Markup {
    let (Some(paid), Some((network, money))) = (&checkout.session.paid, checkout.delivered()) else {
        return html! {};
    };
    let hash = html! { code dir="ltr" { (paid.tx_hash) } };
    let transaction = match network.transaction_url(&paid.tx_hash) {
        Some(url) => html! { a href=(url) rel="noreferrer" { (hash) } },
        None => hash,
    };
    html! {
        section class="receipt" aria-labelledby="receipt" {
            h2 id="receipt" { (texts.text("receipt.title")) }
            dl {
                (row(texts.text("pay.amount"), &ltr(&money.text(texts))))
                (row(texts.text("pay.token"), &html! { bdi { (money.name()) } }))
                (row(texts.text("pay.network"), &html! { bdi { (network.name(texts)) } }))
                (row(texts.text("receipt.date"), &ltr(&utc(paid.paid_at))))
                (row(texts.text("receipt.recipient"), &html! { code dir="ltr" { (paid.recipient_address) } }))
                (row(texts.text("receipt.tx"), &transaction))
                (row(texts.text("reference"), &html! { code dir="ltr" { (checkout.session.id) } }))
            }
        }
    }
}
