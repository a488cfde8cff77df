//! The page's texts, in the languages of `web/texts/`.

use std::{collections::BTreeMap, sync::OnceLock};

use maud::{Markup, PreEscaped, html};

/// A language of the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are those of the languages")]
pub enum Language {
    English,
    German,
    French,
    Spanish,
    Portuguese,
    Japanese,
    Chinese,
    Arabic,
}

/// The texts of one language.
#[derive(Debug, Clone, Copy)]
pub struct Texts {
    /// The language.
    pub language: Language,
    by_key: &'static BTreeMap<String, String>,
}

/// The files, in the order of [`Language::ALL`].
const FILES: [&str; 8] = [
    include_str!("../../web/texts/en.json"),
    include_str!("../../web/texts/de.json"),
    include_str!("../../web/texts/fr.json"),
    include_str!("../../web/texts/es.json"),
    include_str!("../../web/texts/pt.json"),
    include_str!("../../web/texts/ja.json"),
    include_str!("../../web/texts/zh.json"),
    include_str!("../../web/texts/ar.json"),
];

static PARSED: [OnceLock<BTreeMap<String, String>>; 8] = [const { OnceLock::new() }; 8];

/// The prefix of the texts for the page's script.
const FOR_SCRIPT: &str = "script.";

impl Language {
    /// All languages.
    pub const ALL: [Self; 8] = [
        Self::English,
        Self::German,
        Self::French,
        Self::Spanish,
        Self::Portuguese,
        Self::Japanese,
        Self::Chinese,
        Self::Arabic,
    ];

    /// Its BCP 47 tag.
    pub fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::German => "de",
            Self::French => "fr",
            Self::Spanish => "es",
            Self::Portuguese => "pt",
            Self::Japanese => "ja",
            Self::Chinese => "zh",
            Self::Arabic => "ar",
        }
    }

    /// The direction of its script.
    pub fn direction(self) -> &'static str {
        if self == Self::Arabic { "rtl" } else { "ltr" }
    }

    /// The language of a tag such as `pt-BR`; `None` if the page has no texts in it.
    pub fn of_tag(tag: &str) -> Option<Self> {
        let primary = tag.trim().split(['-', '_']).next().unwrap_or_default();
        Self::ALL.into_iter().find(|language| primary.eq_ignore_ascii_case(language.tag()))
    }

    /// The language that an `Accept-Language` header prefers among those of the page.
    pub fn of_header(header: &str) -> Option<Self> {
        let mut found: Option<(Self, f32)> = None;
        for range in header.split(',') {
            let (tag, weight) = crate::request::weighted(range);
            if let Some(language) = Self::of_tag(tag)
                && weight > found.map_or(0.0, |(_, weight)| weight)
            {
                found = Some((language, weight));
            }
        }
        found.map(|(language, _)| language)
    }
}

impl Texts {
    /// The texts of a language.
    pub fn of(language: Language) -> Self {
        let index = Language::ALL.iter().position(|it| *it == language).unwrap_or_default();
        static NONE: BTreeMap<String, String> = BTreeMap::new();
        let parsed = PARSED.get(index).zip(FILES.get(index));
        let by_key = parsed.map_or(&NONE, |(parsed, file)| {
            // A test reads every file, so none is damaged.
            parsed.get_or_init(|| serde_json::from_str(file).unwrap_or_default())
        });
        Self { language, by_key }
    }

    /// The text of a key. A missing one shows the key in brackets, and fails a test.
    pub(crate) fn text(self, key: &'static str) -> &'static str {
        self.by_key.get(key).map_or(MISSING, String::as_str)
    }

    /// The text of a key, with its placeholders filled.
    pub(crate) fn fill(self, key: &'static str, values: &[(&str, &str)]) -> String {
        parts(self.text(key))
            .map(|part| match part {
                Part::Text(text) => text,
                Part::Placeholder(name) => {
                    values.iter().find(|(it, _)| *it == name).map_or(MISSING, |(_, value)| value)
                }
            })
            .collect()
    }

    /// The text of a key, with markup for its placeholders.
    pub(crate) fn markup(self, key: &'static str, values: &[(&str, &Markup)]) -> Markup {
        html! {
            @for part in parts(self.text(key)) {
                @match part {
                    Part::Text(text) => (text),
                    Part::Placeholder(name) => {
                        @if let Some((_, PreEscaped(value))) = values.iter().find(|(it, _)| *it == name) {
                            (PreEscaped(value))
                        } @else {
                            (MISSING)
                        }
                    },
                }
            }
        }
    }

    /// The texts for the page's script, by their names without prefix.
    pub(crate) fn for_script(self) -> BTreeMap<&'static str, &'static str> {
        let texts = self.by_key.iter();
        let texts = texts.filter_map(|(key, text)| Some((key.strip_prefix(FOR_SCRIPT)?, text.as_str())));
        texts.chain([("left", self.text("deadline.left"))]).collect()
    }
}

/// A text that is not there.
pub(crate) const MISSING: &str = "[?]";

enum Part<'a> {
    Text(&'a str),
    Placeholder(&'a str),
}

/// The texts and placeholders of a template. Braces are in no text otherwise.
fn parts(template: &str) -> impl Iterator<Item = Part<'_>> {
    template.split('{').enumerate().flat_map(|(index, piece)| match (index, piece.split_once('}')) {
        (1.., Some((name, text))) => [Part::Placeholder(name), Part::Text(text)],
        _ => [Part::Text(piece), Part::Text("")],
    })
}

#[cfg(test)]
#[path = "texts_tests.rs"]
mod tests;
