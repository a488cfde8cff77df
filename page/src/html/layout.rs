//! The frame of every page: head, styles, and the policy that allows nothing else.

use maud::{DOCTYPE, Markup, PreEscaped, html};
use shared::edge::WalletConnect;

use crate::{Texts, csp};

/// The style of every page, and of the element that shows a page in a shadow root (`web/src/element/`).
const STYLE: &str = include_str!("../style.css");

/// The script of every page, from `web/`.
const SCRIPT: &str = include_str!("../../assets/page.js");

/// The parts of a page that differ.
pub(crate) struct Frame<'a> {
    pub(crate) texts: Texts,
    /// True for an element in another page: then the page has no script, and its styles do not apply to it.
    pub(crate) embedded: bool,
    pub(crate) title: String,
    pub(crate) mode: Option<&'static str>,
    pub(crate) theme: Option<String>,
    pub(crate) image_origin: Option<&'a str>,
    pub(crate) refresh_seconds: Option<u32>,
    pub(crate) facts: Option<String>,
    pub(crate) wallet_connect: Option<&'a WalletConnect>,
    pub(crate) body: Markup,
}

/// A page, and its Content-Security-Policy.
pub(crate) struct Document {
    pub(crate) html: String,
    pub(crate) policy: String,
}

/// Puts a page together.
pub(crate) fn layout(frame: &Frame<'_>) -> Document {
    let language = frame.texts.language;
    let styles = html! {
        style { (PreEscaped(STYLE)) }
        @if let Some(theme) = &frame.theme { style { (PreEscaped(theme)) } }
    };
    let page = html! {
        (DOCTYPE)
        html lang=(language.tag()) dir=(language.direction()) data-mode=[frame.mode] {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="robots" content="noindex";
                title { (frame.title) }
                // A browser would ask the API for an icon otherwise.
                link rel="icon" href="data:,";
                @if let Some(seconds) = frame.refresh_seconds {
                    noscript { meta http-equiv="refresh" content=(seconds); }
                }
                // The policy of the page around the element would refuse a style, and report it.
                @if frame.embedded { template id="style" { (styles) } } @else { (styles) }
            }
            body class="page" {
                a class="skip" href="#main" { (frame.texts.text("skip")) }
                (frame.body)
                // Outside of `main`, which the script replaces: a screen reader speaks what is put into it.
                @if frame.facts.is_some() { p id="said" role="status" {} }
                @if let Some(facts) = &frame.facts {
                    script type="application/json" id="checkout" { (PreEscaped(facts)) }
                    @if !frame.embedded { script { (PreEscaped(SCRIPT)) } }
                }
            }
        }
    };
    let styles: Vec<_> = std::iter::once(STYLE).chain(frame.theme.as_deref()).collect();
    let policy = csp::policy(&styles, SCRIPT, frame.image_origin, frame.wallet_connect);
    Document { html: page.into_string(), policy }
}
