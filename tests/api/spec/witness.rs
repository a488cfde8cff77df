//! Checks each answer against the document and notes the parts of the document that it has seen.

use std::collections::BTreeSet;

use reqwest::Method;
use serde_json::Value;
use tests::{
    browser::Page,
    client::{Answer, Api},
    receiver::Message,
};

use super::document::{Document, Pointer};

pub(super) struct Witness {
    document: Document,
    answers: BTreeSet<(String, u16)>,
    messages: BTreeSet<String>,
    codes: BTreeSet<String>,
    parts: Parts,
}

/// The parts of schemas: members of objects, and the values of choices, each with its schema's position.
#[derive(Debug, Default)]
struct Parts {
    members: BTreeSet<(Pointer, String)>,
    choices: BTreeSet<(Pointer, String)>,
    visited: BTreeSet<Pointer>,
}

/// Documented as "null in this version", which connects to no onramp.
const ALWAYS_NULL: [&str; 2] = ["oneClickBuyUrl", "stripePaymentIntentId"];

/// Documented, and never seen here.
const FAULT: (u16, &str) = (500, "internal_error");

/// The list of all codes. Its values are counted separately, since most endpoints have lists of their own, which are
/// checked one by one.
const ALL_CODES: &str = "/components/schemas/ErrorCode";

impl Witness {
    pub(super) fn new(document: Document) -> Self {
        Self {
            document,
            answers: BTreeSet::new(),
            messages: BTreeSet::new(),
            codes: BTreeSet::new(),
            parts: Parts::default(),
        }
    }

    pub(super) fn document(&self) -> &Document {
        &self.document
    }

    pub(super) async fn get(&mut self, api: &Api, path: &str) -> Answer {
        self.call(api, Method::GET, path, "").await
    }

    pub(super) async fn post(&mut self, api: &Api, path: &str, body: &Value) -> Answer {
        self.call(api, Method::POST, path, &body.to_string()).await
    }

    pub(super) async fn call(&mut self, api: &Api, method: Method, path: &str, body: &str) -> Answer {
        let answer = api.send(method.clone(), path, body.to_owned()).await;
        self.check(&method, path, body, &answer);
        answer
    }

    /// Checks that an answer is documented, and so is a request that succeeds.
    pub(super) fn check(&mut self, method: &Method, path: &str, body: &str, answer: &Answer) {
        let operations = self.document.operations();
        let operation = operations.into_iter().find(|operation| operation.serves(method, path));
        let operation = operation.unwrap_or_else(|| panic!("{method} {path} is not documented"));
        let status = answer.status.as_u16();
        let response = operation.responses.get(&status);
        let response =
            response.unwrap_or_else(|| panic!("{} does not document {}", operation.id, answer.text));
        let content = response.content.as_ref().unwrap_or_else(|| panic!("{} has no JSON", operation.id));
        let problems = self.document.problems(&content.schema, &answer.body);
        assert!(problems.is_empty(), "{} {status}: {problems:#?}\n{}", operation.id, answer.text);
        for header in &response.headers {
            assert!(answer.headers.contains_key(header), "{} {status} has no {header}", operation.id);
        }
        if let (Some(request), 200, false) = (&operation.request, status, body.is_empty()) {
            let problems = self.document.problems(&request.schema, &serde_json::from_str(body).unwrap());
            assert!(problems.is_empty(), "{} took {body}: {problems:#?}", operation.id);
        }
        self.answers.insert((operation.id, status));
        self.codes.extend(answer.body["error"]["code"].as_str().map(str::to_owned));
        self.parts.see(&self.document, &content.schema, &answer.body);
    }

    /// Checks that a page's status and form are documented.
    pub(super) fn check_page(&mut self, method: &Method, path: &str, page: &Page) {
        let operations = self.document.operations();
        let operation = operations.into_iter().find(|operation| operation.serves(method, path)).unwrap();
        let status = page.status.as_u16();
        let response = operation.responses.get(&status).expect("a documented status");
        assert!(response.content.is_none(), "{} {status} has JSON", operation.id);
        assert!(response.headers.iter().all(|header| page.headers.contains_key(header)), "{status}");
        self.answers.insert((operation.id, status));
    }

    /// Checks that a message to a webhook endpoint is the documented one of this name.
    pub(super) fn check_message(&mut self, name: &str, message: &Message) {
        let documented = self.document.messages().remove(name).expect("a documented webhook");
        let body = message.body();
        let mut problems = self.document.problems(&documented.content.schema, &body);
        for (header, schema) in &documented.headers {
            problems.extend(self.document.problems(schema, &message.header(header).into()));
        }
        assert!(problems.is_empty(), "webhook {name}: {problems:#?}\n{}", message.text);
        self.messages.insert(name.to_owned());
        self.parts.see(&self.document, &documented.content.schema, &body);
    }

    pub(super) fn has_seen_everything(&self) {
        let mut documented = Parts::default();
        let mut answers = BTreeSet::new();
        for operation in self.document.operations() {
            for (status, response) in operation.responses.iter().filter(|(status, _)| **status != FAULT.0) {
                answers.insert((operation.id.clone(), *status));
                if let Some(content) = &response.content {
                    documented.collect(&self.document, &content.schema);
                }
            }
        }
        let messages = self.document.messages();
        messages.values().for_each(|message| documented.collect(&self.document, &message.content.schema));
        assert_eq!(self.messages, messages.into_keys().collect(), "messages sent, and messages documented");
        let codes = self.document.at(ALL_CODES)["enum"].as_array().unwrap().iter();
        let codes = codes.map(|code| code.as_str().unwrap().to_owned()).filter(|code| code != FAULT.1);
        assert_eq!(self.answers, answers, "answers seen, and answers documented");
        assert_eq!(self.codes, codes.collect(), "codes seen, and codes documented");
        let unseen: Vec<_> = documented.members.difference(&self.parts.members).collect();
        assert!(unseen.is_empty(), "documented, and never seen with a value: {unseen:#?}");
        let unseen: Vec<_> = documented.choices.difference(&self.parts.choices).collect();
        assert!(unseen.is_empty(), "documented choices that were never seen: {unseen:#?}");
    }
}

impl Parts {
    /// Follows `value` along the schema at `pointer` and notes the parts of the schema that it has.
    fn see(&mut self, document: &Document, pointer: &str, value: &Value) {
        let schema = document.at(pointer);
        if schema.get("$ref").is_some() {
            self.see(document, &document.target(pointer), value);
        }
        for branch in branches(schema, pointer) {
            if document.accepts(&branch, value) {
                self.see(document, &branch, value);
            }
        }
        for name in members(schema) {
            let Some(member) = value.get(name) else { continue };
            if !member.is_null() {
                self.members.insert((pointer.to_owned(), name.clone()));
            }
            self.see(document, &format!("{pointer}/properties/{name}"), member);
        }
        if schema.get("items").is_some() {
            for item in value.as_array().into_iter().flatten() {
                self.see(document, &format!("{pointer}/items"), item);
            }
        }
        if schema.get("enum").is_some() {
            self.choices.insert((pointer.to_owned(), value.to_string()));
        }
    }

    /// Notes all parts of the schema at `pointer`.
    fn collect(&mut self, document: &Document, pointer: &str) {
        if !self.visited.insert(pointer.to_owned()) {
            return;
        }
        let schema = document.at(pointer);
        let mut inner = branches(schema, pointer);
        inner.push(document.target(pointer));
        for name in members(schema) {
            let member = format!("{pointer}/properties/{name}");
            if document.at(&member)["type"] != "null" && !ALWAYS_NULL.contains(&name.as_str()) {
                self.members.insert((pointer.to_owned(), name.clone()));
            }
            inner.push(member);
        }
        inner.extend(schema.get("items").map(|_| format!("{pointer}/items")));
        let choices = schema.get("enum").and_then(Value::as_array).into_iter().flatten();
        let expected = choices.filter(|choice| **choice != FAULT.0 && **choice != FAULT.1);
        if pointer != ALL_CODES {
            self.choices.extend(expected.map(|choice| (pointer.to_owned(), choice.to_string())));
        }
        inner.iter().for_each(|pointer| self.collect(document, pointer));
    }
}

/// The schemas that apply besides this one, or may.
fn branches(schema: &Value, pointer: &str) -> Vec<Pointer> {
    let listed = |keyword: &'static str| {
        let count = schema.get(keyword).and_then(Value::as_array).map_or(0, Vec::len);
        (0..count).map(move |index| format!("{pointer}/{keyword}/{index}"))
    };
    ["allOf", "anyOf", "oneOf"].into_iter().flat_map(listed).collect()
}

fn members(schema: &Value) -> impl Iterator<Item = &String> {
    schema.get("properties").and_then(Value::as_object).into_iter().flat_map(|members| members.keys())
}
