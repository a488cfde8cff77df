//! Parts that several states share.

use maud::{Markup, html};
use shared::{kernel::RedirectUrl, terms::Display};

use crate::{
    Language, PageState, Texts,
    checkout::Checkout,
    csp,
    html::View,
    state::PageStep,
    story::{Sentence, merchant},
};

/// A sentence whose values keep their own direction in it.
pub(super) fn sentence(sentence: &Sentence, texts: Texts) -> Markup {
    let isolated = |(name, value): &(&'static str, String)| {
        let is_name = matches!(*name, "merchant" | "network");
        (
            *name,
            if is_name {
                html! { bdi { (value) } }
            } else {
                ltr(value)
            },
        )
    };
    let values: Vec<_> = sentence.values.iter().map(isolated).collect();
    let values: Vec<_> = values.iter().map(|(name, value)| (*name, value)).collect();
    texts.markup(sentence.key, &values)
}

/// A text that is written from left to right in every language: an amount, an address, a time.
pub(super) fn ltr(text: &str) -> Markup {
    html! { bdi dir="ltr" { (text) } }
}

/// A value to select or copy, with a button that the script reveals.
pub(super) fn value(label: &str, shown: &str, copied: &str, texts: Texts) -> Markup {
    html! {
        dt { (label) }
        dd {
            code dir="ltr" { (shown) }
            " "
            button type="button" hidden data-copy=(copied) aria-label=(format!("{}: {label}", texts.text("pay.copy"))) {
                (texts.text("pay.copy"))
            }
        }
    }
}

/// A row of a list of facts.
pub(super) fn row(label: &str, shown: &Markup) -> Markup {
    html! { dt { (label) } dd { (shown) } }
}

/// The merchant and what is bought.
pub(super) fn header(checkout: &Checkout<'_>, texts: Texts) -> Markup {
    let display = checkout.session.display.as_deref();
    let image = display.and_then(|display| display.image_url.as_deref());
    let image = image.filter(|url| csp::origin(url).is_some());
    let title = display.and_then(|display| display.title.as_deref());
    let price = display.and_then(|display| display.price_text.as_deref());
    html! {
        header {
            @if let Some(url) = image {
                img src=(url) alt="" width="48" height="48" referrerpolicy="no-referrer";
            }
            p {
                strong { bdi { (merchant(checkout, texts)) } }
                @if let Some(title) = title { br; bdi { (title) } }
            }
            @if let Some(price) = price { p class="price" { bdi { (price) } } }
        }
    }
}

/// The steps, with the current one marked.
pub(super) fn steps(state: PageState, texts: Texts) -> Markup {
    let Some(current) = state.step() else { return html! {} };
    let steps = [
        (PageStep::Choose, texts.text("step.choose")),
        (PageStep::Pay, texts.text("step.pay")),
        (PageStep::Confirm, texts.text("step.confirm")),
        (PageStep::Done, texts.text("step.done")),
    ];
    html! {
        ol class="steps" aria-label=(texts.text("steps.label")) {
            @for (step, name) in steps {
                li class=[(step < current).then_some("past")] aria-current=[(step == current).then_some("step")] {
                    (name)
                }
            }
        }
    }
}

/// The things that are bought.
pub(super) fn purchase(checkout: &Checkout<'_>, texts: Texts) -> Markup {
    let Some(display) = checkout.session.display.as_deref() else { return html! {} };
    let Display { description, items, price_text, .. } = display;
    if description.is_none() && items.is_empty() {
        return html! {};
    }
    html! {
        section class="purchase" aria-labelledby="purchase" {
            h2 id="purchase" { (texts.text("purchase.title")) }
            @if let Some(text) = description { p class="lines" dir="auto" { (text) } }
            @if !items.is_empty() {
                ul {
                    @for item in items {
                        li {
                            span { (ltr(&format!("{} ×", item.quantity))) " " bdi { (item.name) } }
                            @if let Some(price) = &item.price_text { bdi { (price) } }
                        }
                    }
                }
            }
            @if let Some(price) = price_text {
                p class="total" { span { (texts.text("purchase.total")) } bdi { (price) } }
            }
        }
    }
}

/// A link to the shop, if it gave one.
pub(super) fn link_back(checkout: &Checkout<'_>, texts: Texts, url: Option<&RedirectUrl>) -> Markup {
    let url = url.map(|url| url.resolve(checkout.session.id)).filter(|url| is_safe(url.as_str()));
    let Some(url) = url else { return html! {} };
    let named = checkout.session.display.as_ref().and_then(|display| display.merchant_name.as_deref());
    html! {
        p {
            a class="button" id="back" href=(url.as_str()) rel="noreferrer" {
                @match named {
                    Some(name) => (texts.markup("back", &[("merchant", &html! { bdi { (name) } })])),
                    None => (texts.text("back.shop")),
                }
            }
        }
    }
}

/// Redirect URLs are validated when a session is created; nothing that a browser would run may come through even so.
fn is_safe(url: &str) -> bool {
    let scheme = url.split(':').next().unwrap_or_default().to_ascii_lowercase();
    !scheme.is_empty() && !["javascript", "data", "vbscript", "blob", "file"].contains(&scheme.as_str())
}

/// Whom to ask, the reference to give, and the languages.
pub(super) fn footer(view: &View<'_>) -> Markup {
    let View { checkout, texts, .. } = view;
    let display = checkout.session.display.as_deref();
    let (url, email) = display
        .map_or((None, None), |display| (display.support_url.as_deref(), display.support_email.as_deref()));
    html! {
        footer {
            section aria-labelledby="help" {
                h2 id="help" { (texts.text("help.title")) }
                @if url.is_none() && email.is_none() {
                    p { (texts.text("help.shop")) }
                } @else {
                    p {
                        (texts.text("help.contact"))
                        @if let Some(url) = url { " " a href=(url) rel="noreferrer" { (ltr(url)) } }
                        @if let Some(email) = email { " " a href=(mailto(email)) { (ltr(email)) } }
                    }
                }
                p { (texts.text("reference")) ": " code dir="ltr" { (checkout.session.id) } }
            }
            nav aria-label=(texts.text("language")) {
                @for language in Language::ALL {
                    @let name = Texts::of(language).text("lang.name");
                    a href=(view.link(view.option, Some(language))) lang=(language.tag()) hreflang=(language.tag())
                        aria-current=[(language == texts.language).then_some("true")] { (name) }
                    " "
                }
            }
        }
    }
}

/// The link of an e-mail address, whose parts may have characters that end a link's path.
fn mailto(email: &str) -> String {
    let encode = |part: &str| form_urlencoded::byte_serialize(part.as_bytes()).collect::<String>();
    let parts: Vec<_> = email.split('@').map(encode).collect();
    format!("mailto:{}", parts.join("@"))
}
