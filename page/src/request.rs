//! The parts of a request that decide the form of its answer.

use lambda_http::{Request, RequestExt as _, http::header};

use crate::{Choice, Language};

/// The form of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    /// For browsers, and whenever nothing else is asked for.
    Html,
    /// For terminals.
    Text,
    /// For programs.
    Json,
}

/// The wishes of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Wishes {
    pub(crate) format: Format,
    /// True if the body may be compressed.
    pub(crate) gzip: bool,
    /// The language of `?lang=`.
    pub(crate) language: Option<Language>,
    /// The language of the browser.
    pub(crate) browser_language: Option<Language>,
    /// The option of `?option=`.
    pub(crate) option: Option<Choice>,
    /// True with `?embed=1`: the page is shown by an element in another page, which has a script of its own.
    pub(crate) embedded: bool,
}

impl Wishes {
    pub(crate) fn of(request: &Request) -> Self {
        let query = request.query_string_parameters_ref();
        let parameter = |name| query.and_then(|query| query.first(name));
        Self {
            format: format(&joined(request, header::ACCEPT)),
            gzip: accepts_gzip(&joined(request, header::ACCEPT_ENCODING)),
            language: parameter("lang").and_then(Language::of_tag),
            browser_language: Language::of_header(&joined(request, header::ACCEPT_LANGUAGE)),
            option: parameter("option").and_then(Choice::parse),
            embedded: parameter("embed") == Some("1"),
        }
    }

    /// The language of the answer: that of the URL, else the merchant's, else the browser's, else English.
    pub(crate) fn language_for(&self, locale: Option<&str>) -> Language {
        let merchants = locale.and_then(Language::of_tag);
        self.language.or(merchants).or(self.browser_language).unwrap_or(Language::English)
    }
}

fn joined(request: &Request, name: header::HeaderName) -> String {
    let values = request.headers().get_all(name).iter().filter_map(|value| value.to_str().ok());
    values.collect::<Vec<_>>().join(",")
}

/// A range of a header, and its weight: `de;q=0.5` has half the weight of `de`.
pub(crate) fn weighted(range: &str) -> (&str, f32) {
    let mut parts = range.split(';');
    let name = parts.next().unwrap_or_default().trim();
    let weight = parts.find_map(|part| part.trim().strip_prefix("q=")?.parse().ok());
    (name, weight.unwrap_or(1.0))
}

fn format(accept: &str) -> Format {
    let mut found = (Format::Html, 0.0);
    for (name, weight) in accept.split(',').map(weighted) {
        let format = match name.to_ascii_lowercase().as_str() {
            "text/html" | "application/xhtml+xml" => Format::Html,
            "text/plain" => Format::Text,
            "application/json" => Format::Json,
            // `*/*` is what curl and others send unasked.
            _ => continue,
        };
        if weight > found.1 {
            found = (format, weight);
        }
    }
    found.0
}

fn accepts_gzip(encodings: &str) -> bool {
    encodings.split(',').map(weighted).any(|(name, weight)| name.eq_ignore_ascii_case("gzip") && weight > 0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn html_is_the_answer_unless_something_else_is_preferred() {
        for (accept, expected) in [
            ("", Format::Html),
            ("*/*", Format::Html),
            ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", Format::Html),
            ("text/plain", Format::Text),
            ("Application/JSON", Format::Json),
            ("application/json, text/plain, */*", Format::Json),
            ("text/plain;q=0.5, text/html", Format::Html),
            ("text/html;q=0, text/plain;q=0.1", Format::Text),
            ("image/png", Format::Html),
            ("text/plain;q=nonsense", Format::Text),
        ] {
            assert_eq!(format(accept), expected, "{accept}");
        }
    }

    #[test]
    fn gzip_is_used_where_it_is_accepted() {
        assert!(accepts_gzip("gzip, deflate, br"));
        assert!(accepts_gzip("br;q=1.0, GZIP;q=0.8"));
        assert!(!accepts_gzip("gzip;q=0, br") && !accepts_gzip("identity") && !accepts_gzip(""));
    }
}
