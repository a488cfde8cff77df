//! Reading a request's fields one by one, so that every error names the field and its rule.

use indexmap::IndexMap;
use serde_json::value::RawValue;

use crate::{Error, Result};

/// The greatest depth of stored JSON: JSON readers give up at 128 levels or more, and an answer adds a few of its own.
const MAX_DEPTH: usize = 100;

/// The members of a JSON object, each as it was sent. `null` means "not given".
pub(crate) struct Fields<'a> {
    /// The prefix of a member's name in errors: `payload.` or nothing.
    prefix: String,
    members: IndexMap<String, &'a RawValue>,
}

impl<'a> Fields<'a> {
    /// Reads a request's body; an empty one is `{}`.
    pub(crate) fn of_body(body: &'a str) -> Result<Self> {
        let body = if body.is_empty() { "{}" } else { body };
        match serde_json::from_str(body) {
            Ok(members) => Ok(Self { prefix: String::new(), members }),
            Err(error) if error.is_data() => Err(Error::InvalidBody("must be a JSON object")),
            Err(_) => Err(Error::InvalidBody("must be valid JSON")),
        }
    }

    /// A member, as it was sent.
    pub(crate) fn raw(&self, name: &str) -> Option<&'a RawValue> {
        self.members.get(name).copied().filter(|value| value.get() != "null")
    }

    /// A member that must be given.
    pub(crate) fn required<T>(&self, name: &str, value: Option<T>) -> Result<T> {
        value.ok_or_else(|| self.error(name, "is required"))
    }

    pub(crate) fn string(&self, name: &str) -> Result<Option<String>> {
        let Some(value) = self.raw(name) else { return Ok(None) };
        serde_json::from_str(value.get()).map(Some).map_err(|_| self.error(name, "must be a string"))
    }

    /// A string of 1 to 255 characters.
    pub(crate) fn short_text(&self, name: &str) -> Result<Option<String>> {
        self.parsed(name, |text| match text.chars().count() {
            1..=255 => Ok(text.to_owned()),
            _ => Err("must have 1 to 255 characters"),
        })
    }

    /// A string that `parse` converts, or rejects with a rule.
    pub(crate) fn parsed<T>(
        &self,
        name: &str,
        parse: impl FnOnce(&str) -> Result<T, &'static str>,
    ) -> Result<Option<T>> {
        let Some(text) = self.string(name)? else { return Ok(None) };
        parse(&text).map(Some).map_err(|rule| self.error(name, rule))
    }

    pub(crate) fn number(&self, name: &str) -> Result<Option<&'a str>> {
        match self.raw(name).map(RawValue::get) {
            Some(text) if text.starts_with(|first: char| first == '-' || first.is_ascii_digit()) => {
                Ok(Some(text))
            }
            Some(_) => Err(self.error(name, "must be a number")),
            None => Ok(None),
        }
    }

    /// An object's text, as it was sent.
    pub(crate) fn object_text(&self, name: &str) -> Result<Option<&'a RawValue>> {
        match self.raw(name) {
            Some(value) if !value.get().starts_with('{') => Err(self.error(name, "must be an object")),
            value => Ok(value),
        }
    }

    /// An object's text that is stored and returned, so every client must be able to read it.
    pub(crate) fn stored_object(&self, name: &str) -> Result<Option<&'a RawValue>> {
        match self.object_text(name)? {
            Some(text) if depth(text.get()) > MAX_DEPTH => {
                Err(self.error(name, format!("must not be nested deeper than {MAX_DEPTH} levels")))
            }
            text => Ok(text),
        }
    }

    /// An object's members.
    pub(crate) fn object(&self, name: &str) -> Result<Option<Self>> {
        let Some(value) = self.object_text(name)? else { return Ok(None) };
        let members = serde_json::from_str(value.get()).map_err(|_| self.error(name, "must be an object"))?;
        Ok(Some(Self { prefix: format!("{}{name}.", self.prefix), members }))
    }

    /// An array's objects.
    pub(crate) fn objects(&self, name: &str) -> Result<Option<Vec<Self>>> {
        let Some(value) = self.raw(name) else { return Ok(None) };
        let members: Vec<IndexMap<String, &'a RawValue>> =
            serde_json::from_str(value.get()).map_err(|_| self.error(name, "must be an array of objects"))?;
        let path = self.path(name);
        let object = |(index, members)| Self { prefix: format!("{path}[{index}]."), members };
        Ok(Some(members.into_iter().enumerate().map(object).collect()))
    }

    /// One of `choices`, by its serialised name.
    pub(crate) fn choice<T: serde::de::DeserializeOwned>(
        &self,
        name: &str,
        choices: &str,
    ) -> Result<Option<T>> {
        let Some(value) = self.raw(name) else { return Ok(None) };
        let chosen = if value.get().starts_with('"') { serde_json::from_str(value.get()).ok() } else { None };
        chosen.map(Some).ok_or_else(|| self.error(name, format!("must be one of {choices}")))
    }

    pub(crate) fn boolean(&self, name: &str) -> Result<Option<bool>> {
        let Some(value) = self.raw(name) else { return Ok(None) };
        serde_json::from_str(value.get()).map(Some).map_err(|_| self.error(name, "must be true or false"))
    }

    /// The error that `name` of this object breaks `rule`.
    pub(crate) fn error(&self, name: &str, rule: impl Into<String>) -> Error {
        Error::invalid(self.path(name), rule)
    }

    /// The path of a member, such as `payload.amount`.
    pub(crate) fn path(&self, name: &str) -> String {
        format!("{}{name}", self.prefix)
    }
}

/// The depth of the arrays and objects of a valid JSON text. Counted without a stack, so that no text can exhaust it.
fn depth(json: &str) -> usize {
    let (mut depth, mut deepest) = (0_usize, 0);
    let (mut in_string, mut escaped) = (false, false);
    for byte in json.bytes() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_string => escaped = true,
            b'"' => in_string = !in_string,
            b'{' | b'[' if !in_string => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            b'}' | b']' if !in_string => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}
