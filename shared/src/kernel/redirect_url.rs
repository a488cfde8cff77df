//! Redirect URLs and their placeholders (`openapi.yaml`, schema `RedirectUrl`).

use fluent_uri::Uri;
use percent_encoding::percent_decode_str;
use serde::{Deserialize, Serialize};

use crate::kernel::SessionId;

/// A redirect URL as the merchant gave it, which becomes a valid absolute URI once its placeholders
/// are filled.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RedirectUrl(String);

/// The schemes that a browser runs, or reads from the buyer's own machine, instead of opening a page.
const FORBIDDEN_SCHEMES: [&str; 28] = [
    "about",
    "blob",
    "chrome",
    "chrome-extension",
    "content",
    "data",
    "devtools",
    "edge",
    "file",
    "filesystem",
    "its",
    "jar",
    "javascript",
    "jscript",
    "livescript",
    "mhtml",
    "mk",
    "mocha",
    "moz-extension",
    "ms-its",
    "ms-msdt",
    "ms-officecmd",
    "res",
    "resource",
    "search-ms",
    "vbscript",
    "view-source",
    "wyciwyg",
];

/// Both stand for the session's id: `{ORDER_ID}` is an alias that existing clients send.
const PLACEHOLDER_NAMES: [&str; 2] = ["SESSION_ID", "ORDER_ID"];

/// The parameter that carries the id where there is no placeholder.
const PARAMETER: &str = "sessionId";

impl RedirectUrl {
    /// The longest URL, in characters.
    pub const MAX_CHARS: usize = 2048;

    /// Reads a URL with or without placeholders.
    ///
    /// # Errors
    /// The broken rule, phrased to follow the field's name.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        if text.chars().count() > Self::MAX_CHARS {
            return Err("must not be longer than 2048 characters");
        }
        // Not a hex digit, so that a placeholder cannot complete a percent-encoding.
        let (filled, first_placeholder) = fill_placeholders(text, "g");
        let uri = Uri::parse(filled.as_str())
            .map_err(|_| "must be an absolute URI (RFC 3986), with {SESSION_ID} or {ORDER_ID} as its only placeholders")?;
        let scheme = uri.scheme().as_str().to_ascii_lowercase();
        if first_placeholder.is_some_and(|position| position < path_start(&uri)) {
            return Err("must not have a placeholder in its scheme or authority");
        }
        if FORBIDDEN_SCHEMES.contains(&scheme.as_str()) {
            return Err("must not use a scheme that a browser runs or reads locally");
        }
        let host = uri.authority().map_or("", |authority| authority.host());
        if (scheme == "https" || scheme == "http") && host.is_empty() {
            return Err("must name a host");
        }
        Ok(Self(text.to_owned()))
    }

    /// The URL as given.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The URL with the session's id in place of every placeholder, if it has any.
    #[must_use]
    pub fn fill(&self, session: SessionId) -> Self {
        Self(fill_placeholders(&self.0, &session.to_string()).0)
    }

    /// The URL with the session's id in it: in place of every placeholder, else as the parameter
    /// `sessionId`. All the rest stays byte for byte.
    #[must_use]
    pub fn resolve(&self, session: SessionId) -> Self {
        let id = session.to_string();
        Self(match fill_placeholders(&self.0, &id) {
            (filled, Some(_)) => filled,
            (unchanged, None) => with_parameter(&unchanged, &id),
        })
    }
}

/// The position at which scheme and authority end and the path begins.
fn path_start(uri: &Uri<&str>) -> usize {
    let scheme_end = uri.scheme().as_str().len() + ":".len();
    uri.authority().map_or(scheme_end, |authority| scheme_end + "//".len() + authority.as_str().len())
}

/// `text` with every placeholder replaced, and the position of the first one.
fn fill_placeholders(text: &str, value: &str) -> (String, Option<usize>) {
    let mut filled = String::with_capacity(text.len() + value.len());
    let mut first = None;
    let mut rest = text;
    while let Some(character) = rest.chars().next() {
        let length = if let Some(length) = placeholder_length(rest) {
            first.get_or_insert(text.len() - rest.len());
            filled.push_str(value);
            length
        } else {
            filled.push(character);
            character.len_utf8()
        };
        rest = rest.get(length..).unwrap_or_default();
    }
    (filled, first)
}

/// The length of the placeholder that `text` begins with. Its braces may be percent-encoded, in any letter case, as
/// HTTP libraries do.
fn placeholder_length(text: &str) -> Option<usize> {
    let (open, close) = match text.get(..3) {
        Some(start) if start.eq_ignore_ascii_case("%7B") => (3, "%7D"),
        _ if text.starts_with('{') => (1, "}"),
        _ => return None,
    };
    PLACEHOLDER_NAMES.iter().find_map(|name| {
        let named = text.get(open..)?.starts_with(name);
        let closed = text.get(open + name.len()..)?.get(..close.len())?.eq_ignore_ascii_case(close);
        (named && closed).then_some(open + name.len() + close.len())
    })
}

/// `url` with the parameter set to `id`: in place of the first one of that name, the others dropped; otherwise after
/// the query, before any fragment.
fn with_parameter(url: &str, id: &str) -> String {
    let (before_fragment, fragment) = split_keeping(url, '#');
    let (base, query) = split_keeping(before_fragment, '?');
    let parameter = format!("{PARAMETER}={id}");
    let query = match query.strip_prefix('?') {
        None | Some("") => parameter,
        Some(query) => replace_parameter(query, &parameter).unwrap_or_else(|| {
            let separator = if query.ends_with('&') { "" } else { "&" };
            format!("{query}{separator}{parameter}")
        }),
    };
    format!("{base}?{query}{fragment}")
}

/// Returns `None` if `query` has no such parameter. A name counts in any encoding, since the merchant's server decodes
/// it.
fn replace_parameter(query: &str, parameter: &str) -> Option<String> {
    let is_ours = |pair: &str| {
        let name = pair.split('=').next().unwrap_or_default();
        percent_decode_str(name).eq(PARAMETER.bytes())
    };
    let first = query.split('&').position(is_ours)?;
    let pairs = query.split('&').enumerate().filter(|(position, pair)| *position == first || !is_ours(pair));
    let pairs: Vec<_> =
        pairs.map(|(position, pair)| if position == first { parameter } else { pair }).collect();
    Some(pairs.join("&"))
}

/// Splits before the first `delimiter`, which begins the second part.
fn split_keeping(text: &str, delimiter: char) -> (&str, &str) {
    text.split_at(text.find(delimiter).unwrap_or(text.len()))
}

#[cfg(test)]
#[path = "redirect_url_tests.rs"]
mod tests;
