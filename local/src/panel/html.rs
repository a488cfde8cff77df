//! The panel as HTML.

use maud::{DOCTYPE, Markup, html};
use shared::{
    chains::Chains,
    checkout::{Fact, OrderHistory},
    terms::Accepted,
};

use super::{Action, Scene, play::due};

const STYLE: &str = "
body { font: 16px/1.5 system-ui, sans-serif; max-width: 44rem; margin: 2rem auto; padding: 0 1rem;
       color-scheme: light dark; }
button { font: inherit; padding: .4rem .8rem; margin: 0 .4rem .4rem 0; }
table { border-collapse: collapse; width: 100%; } td, th { text-align: start; padding: .25rem .75rem .25rem 0; }
code { overflow-wrap: anywhere; } .problem { border-inline-start: .3rem solid #b00020; padding-inline-start: .7rem; }
";

/// A session's panel, with the reason for which the last action failed.
pub(super) fn panel(scene: &Scene, chains: &Chains, problem: Option<&str>) -> Markup {
    let session = &scene.session;
    document(&html! {
        h1 { "Test panel" }
        @if let Some(problem) = problem { p.problem role="alert" { (problem) } }
        table {
            tr { th { "Session" } td { code { (session.id) } } }
            tr { th { "Status" } td { (session.state.status) } }
            @if let Some(status) = session.state.order_status { tr { th { "Order" } td { (status) } } }
            tr { th { "Expires at" } td { (session.expires_at.rfc3339()) } }
            tr { th { "Page" } td { a href=(session.url()) target="_blank" { "the buyer's page, in a new tab" } } }
        }
        form method="post" {
            @match &scene.order {
                Some(order) => (options(order, chains)),
                None => p { "There is no order yet: the buyer chooses on the page. Until then only the clock can be moved." },
            }
            p {
                @for (name, label, action) in Action::all() {
                    @if scene.order.is_some() || !action.needs_order() {
                        button name="action" value=(name) { (label) }
                    }
                }
            }
        }
        @if let Some(order) = &scene.order { (payments(order, chains)) }
        p { a href="" { "Look again" } }
    })
}

pub(super) fn document(body: &Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width";
                title { "Test panel" }
                style { (maud::PreEscaped(STYLE)) }
            }
            body { main { (body) } }
        }
    }
}

fn options(order: &OrderHistory, chains: &Chains) -> Markup {
    html! {
        p { label {
            "Pay with "
            select name="option" {
                @for (number, option) in order.order.terms.accepted().iter().enumerate() {
                    option value=(number) { (name(option, chains)) ", " (due(order, option)) " base units due" }
                }
            }
        } }
    }
}

fn name(option: &Accepted, chains: &Chains) -> String {
    let token = chains.describe(option.chain, &option.token).map(|token| token.symbol);
    let token = token.unwrap_or_else(|| option.token.to_string().into());
    match chains.get(option.chain) {
        Some(chain) => format!("{token} on {}", chain.name),
        None => format!("{token} on chain {}", option.chain.number()),
    }
}

fn payments(order: &OrderHistory, chains: &Chains) -> Markup {
    let payments = order.evidence.iter().filter_map(|piece| match &piece.evidence.fact {
        Fact::Deposit { chain, token, amount, tx_hash, .. } => {
            let with = Accepted { chain: *chain, token: token.clone(), least: *amount };
            Some((piece, with, tx_hash))
        }
        _ => None,
    });
    html! {
        h2 { "Payments" }
        table {
            @for (piece, with, hash) in payments {
                tr {
                    td { (piece.evidence.occurred_at.rfc3339()) }
                    td { (with.least) " " (name(&with, chains)) @if piece.late { " (late)" } }
                    td { code { (hash) } }
                }
            }
        }
    }
}
