//! An answer, and what can be asked of it.

use reqwest::header::HeaderMap;
use serde_json::{Value, json};

use crate::smoke::{
    failure::{Failure, Outcome, Stop},
    raw,
};

/// An answer of the server.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
    /// The text as JSON; null where it is none.
    pub(crate) body: Value,
    /// The command that sends the request.
    pub(crate) request: String,
}

/// The length to which a failure shows an answer, in characters.
const SHOWN_CHARS: usize = 700;

impl Answer {
    /// The failure to do what was expected.
    pub(crate) fn failure(&self, expected: impl Into<String>) -> Failure {
        Failure { expected: expected.into(), got: self.shown(), request: self.request.clone() }
    }

    /// Ends the check: the server should have done this.
    pub(crate) fn wrong<T>(&self, expected: impl Into<String>) -> Outcome<T> {
        Err(self.failure(expected).into())
    }

    /// Goes on if this holds.
    pub(crate) fn expect(&self, holds: bool, expected: impl Into<String>) -> Outcome {
        if holds { Ok(()) } else { self.wrong(expected) }
    }

    /// Goes on if the answer is a success.
    pub(crate) fn ok(&self) -> Outcome {
        self.expect(self.status == 200 && self.body["success"] == true, "HTTP 200 with \"success\": true")
    }

    /// Goes on if the answer is a success with this message.
    pub(crate) fn says(&self, message: &str) -> Outcome {
        self.ok()?;
        self.expect(self.body["message"] == message, format!("the message {message:?}"))
    }

    /// Goes on if the answer is a refusal with this status and code.
    pub(crate) fn refused(&self, status: u16, code: &str) -> Outcome {
        let holds = self.status == status && self.body["error"]["code"] == code;
        self.expect(holds, format!("HTTP {status} with the error code {code:?}"))
    }

    /// Goes on if the answer is a refusal of this field.
    pub(crate) fn refused_field(&self, param: &str) -> Outcome {
        let error = &self.body["error"];
        let holds = self.status == 400 && error["code"] == "invalid_field" && error["param"] == param;
        self.expect(holds, format!("HTTP 400 with the error code \"invalid_field\" and the param {param:?}"))
    }

    /// The value at a JSON pointer; null where there is none.
    pub(crate) fn at(&self, pointer: &str) -> &Value {
        self.body.pointer(pointer).unwrap_or(&Value::Null)
    }

    /// The text at a JSON pointer.
    pub(crate) fn string(&self, pointer: &str) -> Outcome<String> {
        let text = self.at(pointer).as_str();
        text.map(str::to_owned).ok_or_else(|| Stop::from(self.failure(format!("a string at {pointer}"))))
    }

    /// The list at a JSON pointer.
    pub(crate) fn list(&self, pointer: &str) -> Outcome<&Vec<Value>> {
        self.at(pointer).as_array().ok_or_else(|| Stop::from(self.failure(format!("a list at {pointer}"))))
    }

    /// Goes on if this value is at a JSON pointer.
    pub(crate) fn same(&self, pointer: &str, wanted: impl Into<Value>) -> Outcome {
        let wanted = wanted.into();
        if self.at(pointer) == &wanted && self.body.pointer(pointer).is_some() {
            return Ok(());
        }
        let got = format!("{} at {pointer}, in {}", self.at(pointer), self.shown());
        let expected = format!("{wanted} at {pointer}");
        Err(Failure { expected, got, request: self.request.clone() }.into())
    }

    /// Goes on if the member that these names lead to has this text, to the byte.
    pub(crate) fn same_text(&self, path: &[&str], wanted: &str) -> Outcome {
        let got = raw::text_at(&self.text, path);
        if got == Some(wanted) {
            return Ok(());
        }
        let (name, got) = (path.join("."), got.unwrap_or("nothing"));
        Err(Failure {
            expected: format!("{name} as sent: {}", cut(wanted)),
            got: format!("{}, in HTTP {}", cut(got), self.status),
            request: self.request.clone(),
        }
        .into())
    }

    /// Goes on if the object that these names lead to has exactly these members, in this order.
    pub(crate) fn fields(&self, path: &[&str], wanted: &[&str]) -> Outcome {
        let got = raw::names_at(&self.text, path);
        if got == wanted {
            return Ok(());
        }
        let expected = format!("in {}, in this order: {}", path.join("."), wanted.join(", "));
        let got = format!("{}, in {}", got.join(", "), self.shown());
        Err(Failure { expected, got, request: self.request.clone() }.into())
    }

    /// A header as text; empty where there is none.
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// Says which part of the envelope is missing or wrong.
    pub(crate) fn envelope_fault(&self) -> Option<String> {
        let success = (200..300).contains(&self.status);
        let mut names = raw::names_at(&self.text, &[]);
        names.sort_unstable();
        let wanted = match success {
            true => ["data", "message", "statusCode", "success"],
            false => ["error", "message", "statusCode", "success"],
        };
        let error = &self.body["error"];
        let rules = [
            (
                self.header("content-type").starts_with("application/json"),
                "the Content-Type application/json",
            ),
            (names == wanted, "the members success, message, data or error, and statusCode"),
            (self.body["statusCode"] == self.status, "a statusCode that is the HTTP status"),
            (self.body["success"] == success, "a success that is true with 2xx and false otherwise"),
            (self.body["message"].as_str().is_some_and(|text| !text.is_empty()), "a message"),
            (success || error["code"].is_string(), "an error.code"),
            (success || error.get("param").is_some_and(is_text_or_null), "an error.param, text or null"),
            (self.header("cache-control").contains("no-store"), "Cache-Control: no-store"),
        ];
        rules.iter().find(|(holds, _)| !holds).map(|(_, rule)| (*rule).to_owned())
    }

    fn shown(&self) -> String {
        format!("HTTP {} {}", self.status, cut(&self.text))
    }
}

fn is_text_or_null(value: &Value) -> bool {
    value.is_string() || value == &json!(null)
}

fn cut(text: &str) -> String {
    match text.char_indices().nth(SHOWN_CHARS) {
        Some((end, _)) => format!("{} …", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}
