//! The page as HTML: complete without a script, and without another request.

mod choose;
mod evidence;
mod layout;
mod parts;
mod pay;
mod receipt;

use maud::{Markup, html};
use shared::edge::WalletConnect;

pub(crate) use layout::{Document, Frame, layout};

use crate::{
    Choice, Language, PageState, Texts,
    checkout::Checkout,
    csp,
    facts::Facts,
    html::parts::{link_back, sentence},
    story::{leads, merchant, title},
    theme,
};

/// A checkout, and the language that its page is shown in.
pub(crate) struct View<'a> {
    pub(crate) checkout: &'a Checkout<'a>,
    pub(crate) texts: Texts,
    /// The language of the URL, which its links keep.
    pub(crate) language: Option<Language>,
    /// The option of the URL, which its links keep.
    pub(crate) option: Option<&'a Choice>,
    /// True for an element in another page.
    pub(crate) embedded: bool,
}

impl View<'_> {
    /// A link to this page with an option and a language, relative, so that it works under any name.
    fn link(&self, option: Option<&Choice>, language: Option<Language>) -> String {
        let option = option.map(|option| format!("{}={option}", Choice::FIELD));
        let language = language.map(|language| format!("lang={}", language.tag()));
        let query: Vec<_> = option.into_iter().chain(language).collect();
        let mark = if query.is_empty() { "" } else { "?" };
        format!("./{}{mark}{}", self.checkout.session.id, query.join("&"))
    }
}

/// Renders a checkout. `factory` is the contract that its deposit address comes from.
pub(crate) fn render(view: &View<'_>, factory: &str, wallet_connect: Option<&WalletConnect>) -> Document {
    let View { checkout, texts, .. } = view;
    let display = checkout.session.display.as_deref();
    let image = display.and_then(|display| display.image_url.as_deref());
    let facts = Facts::new(checkout, factory, *texts).script(checkout, *texts, wallet_connect);
    let headline = title(checkout, *texts).fill(*texts);
    layout(&Frame {
        texts: *texts,
        embedded: view.embedded,
        title: format!("{headline} · {}", merchant(checkout, *texts)),
        mode: theme::mode(display),
        theme: theme::style(display),
        image_origin: image.and_then(csp::origin),
        refresh_seconds: checkout.state.refresh_seconds(),
        facts: Some(facts),
        wallet_connect,
        body: body(view),
    })
}

fn body(view: &View<'_>) -> Markup {
    let View { checkout, texts, .. } = view;
    html! {
        (parts::header(checkout, *texts))
        main id="main" tabindex="-1" data-state=(checkout.state.name()) {
            (parts::steps(checkout.state, *texts))
            div class="status" {
                h1 { (sentence(&title(checkout, *texts), *texts)) }
                @for lead in leads(checkout, *texts) {
                    p { (sentence(&lead, *texts)) }
                }
            }
            (state(view))
            (evidence::notices(checkout, *texts))
            (evidence::transactions(checkout, *texts))
        }
        (parts::purchase(checkout, *texts))
        (parts::footer(view))
    }
}

/// The part of the page that depends on the state.
fn state(view: &View<'_>) -> Markup {
    let View { checkout, texts, .. } = view;
    match checkout.state {
        PageState::Choose => choose::form(view),
        PageState::AwaitPayment | PageState::PartlyPaid => pay::payment(view),
        PageState::Complete => receipt::receipt(checkout, *texts),
        PageState::ShopGoesOn
        | PageState::AwaitVendor
        | PageState::Unpayable
        | PageState::Closing
        | PageState::Confirming
        | PageState::Refunding => pay::refresh(view),
        PageState::Expired(_) | PageState::Ended(_) | PageState::Failed { .. } | PageState::Refunded => {
            link_back(checkout, *texts, checkout.session.cancel_url.as_ref())
        }
    }
}
