//! `openapi.yaml` as a tool reads it: operations, and schemas that validate.

use std::{
    cell::RefCell,
    collections::{BTreeMap, HashMap},
    rc::Rc,
};

use jsonschema::{Draft, Registry, Validator};
use reqwest::Method;
use serde_json::{Value, json};

const TEXT: &str = include_str!("../../../openapi.yaml");

/// The document's name, by which its own references are resolved.
const URI: &str = "urn:checkout:openapi";

/// Parts of the document are named by JSON pointers into it, `/components/schemas/Order`.
pub(crate) type Pointer = String;

pub(crate) struct Document {
    root: Value,
    registry: Registry<'static>,
    validators: RefCell<HashMap<Pointer, Rc<Validator>>>,
}

#[derive(Debug, Clone)]
pub(crate) struct Operation {
    pub(crate) id: String,
    pub(crate) method: Method,
    pub(crate) path: String,
    pub(crate) request: Option<Content>,
    pub(crate) responses: BTreeMap<u16, Response>,
}

#[derive(Debug, Clone)]
pub(crate) struct Response {
    /// `None` if it has no JSON.
    pub(crate) content: Option<Content>,
    /// The required headers.
    pub(crate) headers: Vec<String>,
}

/// A message to a webhook endpoint.
#[derive(Debug, Clone)]
pub(crate) struct Message {
    pub(crate) content: Content,
    /// Its headers, with the schema of each.
    pub(crate) headers: Vec<(String, Pointer)>,
}

#[derive(Debug, Clone)]
pub(crate) struct Content {
    pub(crate) schema: Pointer,
    examples: Vec<(String, Value)>,
}

impl Document {
    pub(crate) fn read() -> Self {
        let root: Value = serde_yaml_ng::from_str(TEXT).expect("the document is YAML");
        let registry = Registry::new().draft(Draft::Draft202012).add(URI, root.clone()).unwrap();
        Self { root, registry: registry.prepare().unwrap(), validators: RefCell::default() }
    }

    pub(crate) fn root(&self) -> &Value {
        &self.root
    }

    pub(crate) fn at(&self, pointer: &str) -> &Value {
        self.root.pointer(pointer).unwrap_or_else(|| panic!("{pointer} is not in the document"))
    }

    /// The differences between `value` and the schema at `pointer`.
    pub(crate) fn problems(&self, pointer: &str, value: &Value) -> Vec<String> {
        let errors = self.validator(pointer);
        errors.iter_errors(value).map(|error| format!("{}: {error}", error.instance_path())).collect()
    }

    pub(crate) fn accepts(&self, pointer: &str, value: &Value) -> bool {
        self.validator(pointer).is_valid(value)
    }

    fn validator(&self, pointer: &str) -> Rc<Validator> {
        let build = || {
            let options = jsonschema::options().with_draft(Draft::Draft202012).with_registry(&self.registry);
            let schema =
                json!({"$ref": format!("{URI}#{}", pointer.replace('{', "%7B").replace('}', "%7D"))});
            options.should_validate_formats(true).build(&schema).expect("the schema is valid")
        };
        let mut validators = self.validators.borrow_mut();
        Rc::clone(validators.entry(pointer.to_owned()).or_insert_with(|| Rc::new(build())))
    }

    pub(crate) fn operations(&self) -> Vec<Operation> {
        let mut operations = Vec::new();
        for (path, item) in self.root["paths"].as_object().unwrap() {
            for (method, operation) in item.as_object().unwrap() {
                let place = format!("/paths/{}/{method}", path.replace('~', "~0").replace('/', "~1"));
                operations.push(Operation {
                    id: operation["operationId"].as_str().unwrap().to_owned(),
                    method: method.to_uppercase().parse().unwrap(),
                    path: path.clone(),
                    request: operation
                        .get("requestBody")
                        .and_then(|_| self.content(&format!("{place}/requestBody"))),
                    responses: self.responses(&format!("{place}/responses")),
                });
            }
        }
        operations
    }

    /// The messages to webhook endpoints, by name.
    pub(crate) fn messages(&self) -> BTreeMap<String, Message> {
        let names = self.root["webhooks"].as_object().unwrap().keys();
        let read = |name: &String| {
            let place = format!("/webhooks/{name}/post");
            let count = self.at(&format!("{place}/parameters")).as_array().unwrap().len();
            let header = |index| {
                let place = self.target(&format!("{place}/parameters/{index}"));
                let header = self.at(&place);
                assert_eq!((&header["in"], &header["required"]), (&json!("header"), &json!(true)), "{place}");
                (header["name"].as_str().unwrap().to_owned(), format!("{place}/schema"))
            };
            let content = self.content(&format!("{place}/requestBody")).unwrap();
            (name.clone(), Message { content, headers: (0..count).map(header).collect() })
        };
        names.map(read).collect()
    }

    fn responses(&self, place: &str) -> BTreeMap<u16, Response> {
        let statuses = self.at(place).as_object().unwrap().keys();
        let read = |status: &String| {
            let place = self.target(&format!("{place}/{status}"));
            let headers = self.at(&place).get("headers").and_then(Value::as_object).into_iter().flatten();
            let required = headers.filter(|(_, header)| header["required"] == true);
            let headers = required.map(|(name, _)| name.clone()).collect();
            (status.parse().unwrap(), Response { content: self.content(&place), headers })
        };
        statuses.map(read).collect()
    }

    /// The JSON of a request or an answer; `None` if it has other forms only.
    fn content(&self, place: &str) -> Option<Content> {
        let place = format!("{place}/content/application~1json");
        self.root.pointer(&place)?;
        let names = self.at(&format!("{place}/examples")).as_object().unwrap().keys();
        let example = |name: &String| {
            let example = self.target(&format!("{place}/examples/{name}"));
            (name.clone(), self.at(&example)["value"].clone())
        };
        Some(Content {
            schema: self.target(&format!("{place}/schema")),
            examples: names.map(example).collect(),
        })
    }

    /// The target of a reference at `pointer`; `pointer` itself if there is none.
    pub(crate) fn target(&self, pointer: &str) -> Pointer {
        match self.at(pointer).get("$ref").and_then(Value::as_str) {
            Some(reference) => reference.strip_prefix('#').expect("references stay inside").to_owned(),
            None => pointer.to_owned(),
        }
    }

    /// All examples: the position of each, its schema, and the value.
    pub(crate) fn examples(&self) -> Vec<(String, Pointer, Value)> {
        let mut examples = Vec::new();
        let mut add = |what: &str, content: &Content| {
            let named = content.examples.iter();
            let placed =
                named.map(|(name, value)| (format!("{what} {name}"), content.schema.clone(), value.clone()));
            examples.extend(placed);
        };
        for operation in self.operations() {
            if let Some(content) = &operation.request {
                add(&format!("{} request", operation.id), content);
            }
            for (status, response) in &operation.responses {
                if let Some(content) = &response.content {
                    add(&format!("{} {status}", operation.id), content);
                }
            }
        }
        for (name, message) in self.messages() {
            add(&format!("webhook {name}"), &message.content);
        }
        examples.extend(self.lone_examples("", &self.root));
        examples
    }

    /// The examples of parameters and headers, which stand beside their schema.
    fn lone_examples(&self, place: &str, value: &Value) -> Vec<(String, Pointer, Value)> {
        let members: Vec<(String, &Value)> = match value {
            Value::Object(members) => members
                .iter()
                .map(|(name, member)| (name.replace('~', "~0").replace('/', "~1"), member))
                .collect(),
            Value::Array(items) => {
                items.iter().enumerate().map(|(index, item)| (index.to_string(), item)).collect()
            }
            _ => Vec::new(),
        };
        let inner =
            members.iter().flat_map(|(name, member)| self.lone_examples(&format!("{place}/{name}"), member));
        let mut found: Vec<_> = inner.collect();
        if let (Some(example), Some(_)) = (value.get("example"), value.get("schema")) {
            found.push((place.to_owned(), format!("{place}/schema"), example.clone()));
        }
        found
    }
}

impl Operation {
    pub(crate) fn request_examples(&self) -> Vec<(String, Value)> {
        self.request.iter().flat_map(|content| content.examples.clone()).collect()
    }

    /// Returns true if a request for `path` is this operation's; an id may be anything, even empty.
    pub(crate) fn serves(&self, method: &Method, path: &str) -> bool {
        let path = path.split('?').next().unwrap_or_default();
        let (wanted, sent): (Vec<_>, Vec<_>) = (self.path.split('/').collect(), path.split('/').collect());
        let fits = |(wanted, sent): (&&str, &&str)| wanted.starts_with('{') || wanted == sent;
        self.method == *method && wanted.len() == sent.len() && wanted.iter().zip(&sent).all(fits)
    }
}
