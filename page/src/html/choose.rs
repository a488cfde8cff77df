//! The form with the payment options.

use maud::{Markup, html};

use crate::{
    Choice,
    checkout::PayOption,
    html::{View, parts::ltr},
};

/// The most options that are shown without a heading for each token.
const UNGROUPED: usize = 4;

/// The form. It works without a script: it creates the order, and the answer leads back to this page.
pub(super) fn form(view: &View<'_>) -> Markup {
    let View { checkout, texts, language, .. } = view;
    let groups = groups(&checkout.options);
    let headings = checkout.options.len() > UNGROUPED && groups.len() > 1;
    html! {
        form method="post" action=(view.link(None, *language)) {
            fieldset {
                legend { (texts.text("choose.legend")) }
                @for (symbol, options) in &groups {
                    @if headings { p class="group" { bdi { (symbol) } } }
                    @for option in options { (radio(view, option)) }
                }
            }
            button type="submit" class="button" { (texts.text("choose.button")) }
        }
    }
}

fn radio(view: &View<'_>, option: &PayOption<'_>) -> Markup {
    let View { checkout, texts, .. } = view;
    let chosen = checkout.option().is_some_and(|chosen| chosen.key == option.key);
    let token = html! { strong { bdi { (option.money.symbol()) } } };
    let network = html! { bdi { (option.network.name(*texts)) } };
    html! {
        label class="option" {
            input type="radio" name=(Choice::FIELD) value=(option.key) required checked[chosen];
            span {
                (texts.markup("option.on", &[("token", &token), ("network", &network)]))
                @if option.money.name() != option.money.symbol() { br; small { bdi { (option.money.name()) } } }
            }
            span class="amount" { (ltr(&option.money.text(*texts))) }
        }
    }
}

/// The options by their token's symbol, both in the merchant's order.
fn groups<'a>(options: &'a [PayOption<'_>]) -> Vec<(&'a str, Vec<&'a PayOption<'a>>)> {
    let mut groups: Vec<(&str, Vec<&PayOption<'_>>)> = Vec::new();
    for option in options {
        let symbol = option.money.symbol();
        match groups.iter_mut().find(|(name, _)| *name == symbol) {
            Some((_, group)) => group.push(option),
            None => groups.push((symbol, vec![option])),
        }
    }
    groups
}
