//! Generated calls on single items: valid ones, and ones with faults of every kind.

use proptest::{collection::vec, option, prelude::*, sample::select};
use serde_json::{Map, Value, json};

pub(crate) const TABLE: &str = "generated";

/// A call. Its names, values and expressions may be wrong.
#[derive(Debug, Clone)]
pub(crate) struct Call {
    pub(crate) kind: Kind,
    /// True if its item exists.
    pub(crate) item_exists: bool,
    pub(crate) condition: Option<String>,
    pub(crate) names: Option<Vec<(&'static str, &'static str)>>,
    pub(crate) values: Option<Vec<(&'static str, Value)>>,
}

#[derive(Debug, Clone)]
pub(crate) enum Kind {
    Get { projection: Option<String> },
    Put { attributes: Vec<(&'static str, Value)> },
    Update { expression: String },
    Delete,
    Query { key_condition: String, index: bool },
}

/// The put of an item that exists before a call.
pub(crate) fn item(key: &Value) -> Value {
    json!({"TableName": TABLE, "Item": {"pk": key, "sk": {"S": "b"}, "x": {"N": "1"}, "y": {"S": "text"},
                                        "m": {"M": {"n": {"N": "2"}}}, "l": {"L": [{"S": "a"}]}}})
}

impl Call {
    pub(crate) fn operation(&self) -> &'static str {
        match self.kind {
            Kind::Get { .. } => "GetItem",
            Kind::Put { .. } => "PutItem",
            Kind::Update { .. } => "UpdateItem",
            Kind::Delete => "DeleteItem",
            Kind::Query { .. } => "Query",
        }
    }

    /// The request, on the item with this partition key.
    pub(crate) fn request(&self, key: &Value) -> Value {
        let item_key = json!({"pk": key, "sk": {"S": "b"}});
        let mut request = json!({"TableName": TABLE});
        let members = request.as_object_mut().unwrap();
        let mut set = |name: &str, value: Value| drop(members.insert(name.to_owned(), value));
        match &self.kind {
            Kind::Get { projection } => {
                set("Key", item_key);
                projection.iter().for_each(|it| set("ProjectionExpression", json!(it)));
            }
            Kind::Put { attributes } => {
                let mut item = item_key.as_object().unwrap().clone();
                item.extend(attributes.iter().map(|(name, value)| ((*name).to_owned(), value.clone())));
                set("Item", Value::Object(item));
            }
            Kind::Update { expression } => {
                set("Key", item_key);
                set("UpdateExpression", json!(expression));
            }
            Kind::Delete => set("Key", item_key),
            Kind::Query { key_condition, index } => {
                set("KeyConditionExpression", json!(key_condition));
                index.then(|| set("IndexName", json!("index")));
            }
        }
        let name =
            if matches!(self.kind, Kind::Query { .. }) { "FilterExpression" } else { "ConditionExpression" };
        if !matches!(self.kind, Kind::Get { .. }) {
            self.condition.iter().for_each(|it| set(name, json!(it)));
        }
        self.names.iter().for_each(|names| set("ExpressionAttributeNames", object(names)));
        if !matches!(self.kind, Kind::Get { .. }) {
            self.values.iter().for_each(|values| set("ExpressionAttributeValues", object(values)));
        }
        request
    }
}

fn object<V: Clone + Into<Value>>(members: &[(&'static str, V)]) -> Value {
    Value::Object(
        members.iter().map(|(name, value)| ((*name).to_owned(), value.clone().into())).collect::<Map<_, _>>(),
    )
}

fn path() -> impl Strategy<Value = &'static str> {
    select(vec!["x", "x", "y", "z", "m.n", "l[0]", "#a", "#a", "#b", "status", "pk", "gk", "gn", "#c"])
}

fn placeholder() -> impl Strategy<Value = &'static str> {
    select(vec![":x", ":x", ":x", ":y", ":y", ":z"])
}

fn value() -> impl Strategy<Value = Value> {
    select(vec![
        json!({"S": "text"}),
        json!({"S": "text"}),
        json!({"N": "1"}),
        json!({"N": "1"}),
        json!({"S": "case"}),
        json!({"N": "1".repeat(39)}),
        json!({"N": "1e127"}),
        json!({"N": "one"}),
        json!({"BOOL": true}),
        json!({"NULL": true}),
        json!({"SS": ["a", "b"]}),
        json!({"SS": []}),
        json!({"SS": ["a", "a"]}),
        json!({"NS": ["1", "2"]}),
        json!({"L": [{"S": "a"}]}),
        json!({"M": {"n": {"N": "1"}}}),
        json!({"B": "AAE="}),
        json!({}),
        json!({"S": "a", "N": "1"}),
    ])
}

fn comparison() -> impl Strategy<Value = String> {
    let operands = (path(), placeholder(), placeholder(), select(vec!["=", "<>", "<", "<=", ">", ">="]));
    (operands, 0..9_usize).prop_map(|((path, one, two, sign), form)| match form {
        0 => format!("attribute_exists({path})"),
        1 => format!("attribute_not_exists({path})"),
        2 => format!("begins_with({path}, {one})"),
        3 => format!("contains({path}, {one})"),
        4 => format!("size({path}) {sign} {one}"),
        5 => format!("{path} IN ({one}, {two})"),
        6 => format!("{path} BETWEEN {one} AND {two}"),
        7 => format!("attribute_type({path}, {one})"),
        _ => format!("{path} {sign} {one}"),
    })
}

fn condition() -> impl Strategy<Value = String> {
    let joined = (comparison(), comparison(), select(vec!["AND", "OR"]));
    prop_oneof![
        6 => comparison(),
        2 => joined.prop_map(|(one, two, and)| format!("{one} {and} {two}")),
        1 => comparison().prop_map(|it| format!("NOT ({it})")),
        1 => Just(String::new()),
        1 => comparison().prop_map(|it| format!("({it}")),
    ]
}

fn update() -> impl Strategy<Value = String> {
    let parts = (path(), path(), placeholder(), placeholder(), 0..10_usize);
    parts.prop_map(|(path, other, one, two, form)| match form {
        0 => format!("REMOVE {path}"),
        1 => format!("ADD {path} {one}"),
        2 => format!("DELETE {path} {one}"),
        3 => format!("SET {path} = if_not_exists({other}, {one})"),
        4 => format!("SET {path} = {other} + {one}"),
        5 => format!("SET {path} = {one}, {other} = {two}"),
        6 => format!("SET {path} = {one} REMOVE {other}"),
        7 => format!("SET {path} = list_append({other}, {one})"),
        8 => format!("SET {path} {one}"),
        _ => format!("SET {path} = {one}"),
    })
}

fn key_condition() -> impl Strategy<Value = (String, bool)> {
    let parts = (
        select(vec!["pk", "pk", "pk", "gk", "sk", "#a"]),
        placeholder(),
        placeholder(),
        0..6_usize,
        any::<bool>(),
    );
    parts.prop_map(|(key, one, two, form, index)| {
        let key = if index && key == "pk" { "gk" } else { key };
        let text = match form {
            0 => format!("{key} = {one} AND sk > {two}"),
            1 => format!("{key} = {one} AND begins_with(sk, {two})"),
            2 => format!("{key} = {one} AND sk BETWEEN {one} AND {two}"),
            3 => format!("{key} > {one}"),
            _ => format!("{key} = {one}"),
        };
        (text, index)
    })
}

fn kind() -> impl Strategy<Value = Kind> {
    let attributes = vec((select(vec!["x", "y", "gk", "gn", "status"]), value()), 0..3);
    let projection =
        option::of(select(vec!["x", "#a", "status", "x, #a", "m.n", "x, x", ""]).prop_map(str::to_owned));
    prop_oneof![
        1 => projection.prop_map(|projection| Kind::Get { projection }),
        3 => attributes.prop_map(|attributes| Kind::Put { attributes }),
        5 => update().prop_map(|expression| Kind::Update { expression }),
        2 => Just(Kind::Delete),
        2 => key_condition().prop_map(|(key_condition, index)| Kind::Query { key_condition, index }),
    ]
}

/// Any call.
pub(crate) fn call() -> impl Strategy<Value = Call> {
    let names = select(vec![("#a", "x"), ("#a", "w"), ("#b", "status"), ("#c", "pk"), ("#d", "d")]);
    let names = option::weighted(0.6, vec(names, 0..3));
    let values = option::weighted(0.9, vec((placeholder(), value()), 0..4));
    let parts = (kind(), any::<bool>(), option::of(condition()), names, values);
    parts.prop_map(|(kind, item_exists, condition, names, values)| {
        Call { kind, item_exists, condition, names, values }.tidied()
    })
}

impl Call {
    /// Mostly leaves out names and values that nothing uses: otherwise hardly a call would be valid.
    fn tidied(mut self) -> Self {
        let text = format!("{:?} {}", self.kind, self.condition.clone().unwrap_or_default());
        let used = |name: &str| text.contains(name);
        if text.len() % 5 != 0 {
            self.names = self.names.map(|names| names.into_iter().filter(|(name, _)| used(name)).collect());
            self.values =
                self.values.map(|values| values.into_iter().filter(|(name, _)| used(name)).collect());
            self.names = self.names.filter(|names| !names.is_empty());
            self.values = self.values.filter(|values| !values.is_empty());
        }
        self
    }
}
