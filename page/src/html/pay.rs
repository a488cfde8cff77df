//! The payment: address, amount, QR code, link, deadline.

use maud::{Markup, html};

use crate::{
    checkout::PayOption,
    html::{
        View,
        parts::{link_back, ltr, row, value},
    },
    qr,
    story::utc,
    uri::payment_uri,
};

/// The milliseconds of a minute.
const MINUTE: i64 = 60_000;

/// The payment of the option that is shown.
pub(super) fn payment(view: &View<'_>) -> Markup {
    let checkout = view.checkout;
    let (Some(option), Some(address)) = (checkout.option(), checkout.address()) else { return html! {} };
    html! {
        (facts(view, option, address))
        (deadline(view))
        (plain_code(view, option, address))
        (others(view))
        (refresh(view))
        (link_back(checkout, view.texts, checkout.session.cancel_url.as_ref()))
    }
}

fn facts(view: &View<'_>, option: &PayOption<'_>, address: &str) -> Markup {
    let texts = view.texts;
    let due = option.due();
    let uri = payment_uri(option.key.chain, &option.key.token, address, due.amount);
    let network = option.network.name(texts);
    let label = texts.fill("pay.qr", &[("amount", &due.text(texts)), ("network", &network)]);
    let amount_label = texts.text(if option.received.is_zero() { "pay.amount" } else { "pay.due" });
    let token = html! {
        bdi { (option.money.name()) }
        @if !option.key.token.is_native_token() { " " small { code dir="ltr" { (option.key.token) } } }
    };
    html! {
        div class="pay" {
            (qr::svg(&uri, &label))
            dl {
                @if !option.money.amount.is_zero() {
                    (value(amount_label, &due.text(texts), &due.number(), texts))
                }
                (row(texts.text("pay.network"), &html! { bdi { (network) } }))
                (row(texts.text("pay.token"), &token))
                (value(texts.text("pay.address"), address, address, texts))
            }
            p { a class="button" id="wallet" href=(uri) { (texts.text("pay.link")) } }
            // The script puts buttons for wallets here.
            div id="wallets" hidden {}
            p class="quiet" { (texts.text("pay.exchange")) }
        }
        // And the outcome of its check here.
        p id="verified" hidden {}
    }
}

fn deadline(view: &View<'_>) -> Markup {
    let (checkout, texts) = (view.checkout, view.texts);
    let expiry = checkout.history.map_or(checkout.session.expires_at, |history| history.order.expires_at);
    let minutes = (expiry.millis() - checkout.now.millis()).max(0) / MINUTE;
    let time = html! { time datetime=(expiry.rfc3339()) { (ltr(&utc(expiry))) } };
    html! {
        p id="deadline" {
            (texts.markup("deadline.until", &[("time", &time)]))
            " (" span id="left" { (texts.markup("deadline.left", &[("minutes", &ltr(&minutes.to_string()))])) } ")"
        }
    }
}

/// The code with the address alone, for wallets that read a payment link's contract as its recipient, and for those
/// that read no link.
fn plain_code(view: &View<'_>, option: &PayOption<'_>, address: &str) -> Markup {
    let texts = view.texts;
    let network = html! { strong { bdi { (option.network.name(texts)) } } };
    html! {
        details id="plain" {
            summary { (texts.text("pay.plain")) }
            p { (texts.markup("pay.plain_why", &[("network", &network)])) }
            (qr::svg(address, texts.text("pay.qr_address")))
        }
    }
}

/// Links to the other options: the same order is paid by any of them.
fn others(view: &View<'_>) -> Markup {
    let (checkout, texts) = (view.checkout, view.texts);
    let shown = checkout.option().map(|option| &option.key);
    let others: Vec<_> = checkout.options.iter().filter(|option| Some(&option.key) != shown).collect();
    if others.is_empty() {
        return html! {};
    }
    html! {
        details {
            summary { (texts.text("pay.other")) }
            p { (texts.text("pay.same_address")) }
            ul class="others" {
                @for option in others {
                    li {
                        a href=(view.link(Some(&option.key), view.language)) {
                            (ltr(&option.due().text(texts))) " · " bdi { (option.network.name(texts)) }
                        }
                    }
                }
            }
        }
    }
}

/// The link that reads the page again.
pub(super) fn refresh(view: &View<'_>) -> Markup {
    let texts = view.texts;
    html! {
        p class="refresh" {
            a href=(view.link(view.option, view.language)) { (texts.text("refresh")) }
            @if view.checkout.state.refresh_seconds().is_some() { " " span class="quiet" { (texts.text("refresh.why")) } }
        }
    }
}
