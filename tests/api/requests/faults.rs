//! The faults of `faults.yaml`, and those that are too long for it.

use serde::Deserialize;
use serde_json::{Map, Value, json};

pub(super) const TABLE: &str = "planted";

/// A request with a fault.
pub(super) struct Fault {
    pub(super) rule: String,
    pub(super) operation: &'static str,
    pub(super) request: Value,
}

#[derive(Deserialize)]
struct Entry {
    rule: String,
    #[serde(flatten)]
    request: Map<String, Value>,
}

/// All of them.
pub(super) fn planted() -> Vec<Fault> {
    let entries: Vec<Entry> = serde_yaml_ng::from_str(include_str!("faults.yaml")).unwrap();
    let mut faults: Vec<_> = entries.into_iter().flat_map(requests).collect();
    let large = "x".repeat(390_000);
    let deep = (0..33).fold(json!({"S": "x"}), |inner, _| json!({"L": [inner]}));
    let operators = ["x=:x"; 160].join(" OR ");
    let lists: [(&str, &'static str, Value); 7] = [
        (
            "a transaction has 101 items",
            "TransactWriteItems",
            transact((0..101).map(|at| put(at, json!({})))),
        ),
        (
            "a transaction is larger than 4 MB",
            "TransactWriteItems",
            transact((0..11).map(|at| put(at, json!({"x": {"S": large}})))),
        ),
        (
            "a batch has 26 writes",
            "BatchWriteItem",
            json!({"RequestItems": {TABLE: (0..26).map(|at| json!({"PutRequest": {"Item": item(at)}})).collect::<Vec<_>>()}}),
        ),
        (
            "a batch has 101 reads",
            "BatchGetItem",
            json!({"RequestItems": {TABLE: {"Keys": (0..101).map(item).collect::<Vec<_>>()}}}),
        ),
        (
            "an item has more than 32 levels",
            "TransactWriteItems",
            transact([put(0, json!({"x": deep}))].into_iter()),
        ),
        ("an item has more than 32 levels", "PutItem", put(0, json!({"x": deep}))["Put"].clone()),
        (
            "a condition has more than 300 operators",
            "UpdateItem",
            with(&sound("update"), &json!({"ConditionExpression": operators})),
        ),
    ];
    faults.extend(lists.map(|(rule, operation, request)| Fault {
        rule: rule.to_owned(),
        operation,
        request,
    }));
    faults
}

/// The requests of an entry.
fn requests(Entry { rule, request }: Entry) -> Vec<Fault> {
    let (kind, change) = request.into_iter().next().unwrap();
    let change = expanded(change);
    let whole = with(&sound(&kind), &change);
    let transact = |action: &str| transact([json!({action: whole})].into_iter());
    let requests = match kind.as_str() {
        "update" => vec![("UpdateItem", whole.clone()), ("TransactWriteItems", transact("Update"))],
        "put" => vec![("PutItem", whole.clone()), ("TransactWriteItems", transact("Put"))],
        "check" => vec![("TransactWriteItems", transact("ConditionCheck"))],
        "delete" => vec![("DeleteItem", whole.clone()), ("TransactWriteItems", transact("Delete"))],
        "get" => vec![("GetItem", whole)],
        "query" => vec![("Query", whole)],
        "scan" => vec![("Scan", whole)],
        "TransactWriteItems" => vec![("TransactWriteItems", change)],
        "TransactGetItems" => vec![("TransactGetItems", change)],
        "BatchWriteItem" => vec![("BatchWriteItem", change)],
        "BatchGetItem" => vec![("BatchGetItem", change)],
        other => panic!("{rule}: {other} is unknown"),
    };
    let fault = |(operation, request)| Fault { rule: rule.clone(), operation, request };
    requests.into_iter().map(fault).collect()
}

/// The valid request that an entry changes.
pub(super) fn sound(kind: &str) -> Value {
    let key = json!({"pk": {"S": "a"}, "sk": {"S": "b"}});
    match kind {
        "update" => json!({"TableName": TABLE, "Key": key, "UpdateExpression": "SET x = :x",
                           "ExpressionAttributeValues": {":x": {"S": "1"}}}),
        "put" => json!({"TableName": TABLE, "Item": key}),
        "check" => json!({"TableName": TABLE, "Key": key, "ConditionExpression": "attribute_not_exists(z)"}),
        "query" => json!({"TableName": TABLE, "KeyConditionExpression": "pk = :p",
                          "ExpressionAttributeValues": {":p": {"S": "a"}}}),
        "scan" => json!({"TableName": TABLE}),
        _ => json!({"TableName": TABLE, "Key": key}),
    }
}

/// A request with members changed, or left out where they are null.
pub(super) fn with(request: &Value, change: &Value) -> Value {
    let mut changed = request.as_object().unwrap().clone();
    changed.extend(change.as_object().unwrap().clone());
    changed.retain(|_, value| !value.is_null());
    Value::Object(changed)
}

/// A value with `x*3` expanded to `xxx`.
fn expanded(value: Value) -> Value {
    match value {
        Value::String(text) => Value::String(repeated(&text).unwrap_or(text)),
        Value::Array(items) => items.into_iter().map(expanded).collect(),
        Value::Object(members) => {
            Value::Object(members.into_iter().map(|(name, member)| (name, expanded(member))).collect())
        }
        other => other,
    }
}

fn repeated(text: &str) -> Option<String> {
    let (before, rest) = text.split_once('*')?;
    let digits = rest.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(rest.len());
    let (count, after) = rest.split_at(digits);
    let unit_at =
        before.rfind([' ', ',']).map_or(0, |at| if before[at..].starts_with(',') { at } else { at + 1 });
    let (start, unit) = before.split_at(unit_at);
    Some(format!("{start}{}{after}", unit.repeat(count.parse().ok()?)))
}

fn item(at: usize) -> Value {
    json!({"pk": {"S": format!("n{at}")}, "sk": {"S": "s"}})
}

fn put(at: usize, more: Value) -> Value {
    json!({"Put": {"TableName": TABLE, "Item": with(&item(at), &more)}})
}

fn transact(actions: impl Iterator<Item = Value>) -> Value {
    json!({"TransactItems": actions.collect::<Vec<_>>()})
}
