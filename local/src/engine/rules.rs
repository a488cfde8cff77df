//! Requests that DynamoDB refuses and the embedded engine accepts.
//!
//! The engine itself refuses most of the requests that DynamoDB refuses. `tests/api/requests.rs` tries every fault that
//! the service could make and shows that none passes. These rules cover the rest.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use dynoxide::{Database, actions::describe_table::DescribeTableRequest, types::KeyType};
use serde_json::Value;

use super::expression::{changes, compares_with_itself, longest_in, operators, words};

/// "For a partition key [of an index], the maximum length is 2048 bytes, for a sort key 1024" (DynamoDB Developer
/// Guide, "Quotas in Amazon DynamoDB").
const LONGEST_PARTITION_KEY: usize = 2048;
const LONGEST_SORT_KEY: usize = 1024;

/// "The maximum number of operators or functions [in an expression] is 300", "of operands for the IN comparator 100"
/// (Developer Guide, "Quotas in Amazon DynamoDB").
const MOST_OPERATORS: usize = 300;
const MOST_IN_OPERANDS: usize = 100;

/// The rules, with the tables' keys.
pub(super) struct Rules {
    database: Database,
    schemas: Mutex<HashMap<String, Arc<Schema>>>,
}

/// A table's keys.
#[derive(Default)]
struct Schema {
    /// The table's own key attributes.
    keys: Vec<String>,
    /// The indexes' key attributes, each with the length of its longest value.
    index_keys: Vec<(String, usize)>,
}

impl Rules {
    pub(super) fn new(database: Database) -> Self {
        Self { database, schemas: Mutex::default() }
    }

    /// The message with which DynamoDB refuses a request; `None` if no rule here refuses it.
    pub(super) fn refusal(&self, operation: &str, body: &[u8]) -> Option<String> {
        let is_read = || serde_json::from_slice::<Value>(body).ok();
        match operation {
            "TransactWriteItems" | "TransactGetItems" => {
                let request = is_read()?;
                let items = request.get("TransactItems")?.as_array()?;
                let mut actions = items.iter().filter_map(Value::as_object).flatten();
                actions.find_map(|(kind, action)| self.refuse_action(kind, action))
            }
            "PutItem" | "UpdateItem" => {
                let request = is_read()?;
                let schema = self.schema(&request)?;
                let refused = refuse_condition(&request).or_else(|| refuse_key_update(&schema, &request));
                refused.or_else(|| refuse_long_index_key(&schema, &request))
            }
            "DeleteItem" | "Scan" => refuse_condition(&is_read()?),
            "BatchWriteItem" => {
                let request = is_read()?;
                let tables = request.get("RequestItems")?.as_object()?;
                tables.iter().find_map(|(table, writes)| {
                    let schema = self.schema_of(table)?;
                    let mut puts = writes.as_array()?.iter().filter_map(|write| write.get("PutRequest"));
                    puts.find_map(|put| refuse_long_index_key(&schema, put))
                })
            }
            "Query" => {
                let request = is_read()?;
                refuse_condition(&request).or_else(|| refuse_empty_key(&request))
            }
            "CreateTable" | "DeleteTable" | "UpdateTable" => {
                self.schemas.lock().unwrap_or_else(PoisonError::into_inner).clear();
                None
            }
            _ => None,
        }
    }

    /// One action of a transaction.
    fn refuse_action(&self, kind: &str, action: &Value) -> Option<String> {
        let refused = refuse_maps(action).or_else(|| refuse_condition(action));
        if refused.is_some() || !matches!(kind, "Put" | "Update") {
            return refused;
        }
        let schema = self.schema(action)?;
        refuse_key_update(&schema, action).or_else(|| refuse_long_index_key(&schema, action))
    }

    fn schema(&self, request: &Value) -> Option<Arc<Schema>> {
        self.schema_of(request.get("TableName")?.as_str()?)
    }

    fn schema_of(&self, table: &str) -> Option<Arc<Schema>> {
        let mut schemas = self.schemas.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(schema) = schemas.get(table) {
            return Some(schema.clone());
        }
        let request = DescribeTableRequest { table_name: table.to_owned() };
        let described = self.database.describe_table(request).ok()?.table;
        let mut schema = Schema::default();
        schema.keys.extend(described.key_schema.iter().map(|key| key.attribute_name.clone()));
        for index in described.global_secondary_indexes.iter().flatten() {
            schema.index_keys.extend(index.key_schema.iter().map(|key| {
                let longest = match key.key_type {
                    KeyType::HASH => LONGEST_PARTITION_KEY,
                    KeyType::RANGE => LONGEST_SORT_KEY,
                };
                (key.attribute_name.clone(), longest)
            }));
        }
        let schema = Arc::new(schema);
        schemas.insert(table.to_owned(), schema.clone());
        Some(schema)
    }
}

/// In transactions the engine accepts a map of names or values that is empty, or that no expression uses. This is
/// DynamoDB's answer to single calls, which the engine gives too, and that of Amazon's DynamoDB Local to transactions.
fn refuse_maps(action: &Value) -> Option<String> {
    let expressions = ["ConditionExpression", "UpdateExpression", "ProjectionExpression"];
    let has_expression = expressions.iter().any(|name| action.get(name).is_some_and(Value::is_string));
    ["ExpressionAttributeNames", "ExpressionAttributeValues"].into_iter().find_map(|name| {
        match action.get(name)?.as_object() {
            Some(map) if map.is_empty() => Some(format!("{name} must not be empty")),
            Some(_) if !has_expression => {
                Some(format!("{name} can only be specified when using expressions"))
            }
            _ => None,
        }
    })
}

/// See [`MOST_OPERATORS`]. "The first operand must be distinct from the remaining operands" is DynamoDB's answer to a
/// comparison of an attribute with itself.
fn refuse_condition(request: &Value) -> Option<String> {
    ["ConditionExpression", "FilterExpression"].into_iter().find_map(|name| {
        let expression = request.get(name)?.as_str()?;
        let problem = if operators(expression) > MOST_OPERATORS {
            "The expression contains too many operators or functions"
        } else if longest_in(expression) > MOST_IN_OPERANDS {
            "The IN operator is provided with too many operands"
        } else if compares_with_itself(expression) {
            "The first operand must be distinct from the remaining operands for this operator or function"
        } else if is_undefined(request, expression) {
            "An expression attribute name or value used in the expression is not defined"
        } else if asks_for_no_type(request, expression) {
            "Invalid attribute type name found"
        } else {
            return None;
        };
        Some(format!("Invalid {name}: {problem}"))
    })
}

/// The engine skips parts that it need not evaluate.
fn is_undefined(request: &Value, expression: &str) -> bool {
    let is_defined = |map: &str, word: &str| request.get(map).is_some_and(|map| map.get(word).is_some());
    let name_of = |word: &str| word.split(['.', '[']).next().unwrap_or_default().to_owned();
    words(expression).any(|word| match word.chars().next() {
        Some(':') => !is_defined("ExpressionAttributeValues", word),
        Some('#') => !is_defined("ExpressionAttributeNames", &name_of(word)),
        _ => false,
    })
}

/// The second operand of `attribute_type` is one of ten texts (Developer Guide, "Condition and filter expressions,
/// operators, and functions"). Dynalite refuses others, and the engine accepts them.
fn asks_for_no_type(request: &Value, expression: &str) -> bool {
    const TYPES: [&str; 10] = ["S", "SS", "N", "NS", "B", "BS", "BOOL", "NULL", "L", "M"];
    let mut words = words(expression);
    while words.by_ref().any(|word| word == "attribute_type") {
        let operand = words.by_ref().take_while(|word| *word != ")").last();
        let value = request.get("ExpressionAttributeValues").and_then(|values| values.get(operand?));
        let named = value.and_then(|value| value.get("S")).and_then(Value::as_str);
        if !named.is_some_and(|name| TYPES.contains(&name)) {
            return true;
        }
    }
    false
}

/// "You cannot use UpdateItem to update any primary key attributes" (API Reference, `UpdateItem`). The engine accepts
/// it in a transaction, and checks the condition first elsewhere.
fn refuse_key_update(schema: &Schema, action: &Value) -> Option<String> {
    let names = action.get("ExpressionAttributeNames");
    let changed = changes(action.get("UpdateExpression")?.as_str()?);
    let mut changed = changed.into_iter().map(|(target, _)| resolve(names, target));
    let key = changed.find(|name| schema.keys.iter().any(|key| key == name))?;
    Some(format!(
        "One or more parameter values were invalid: Cannot update attribute {key}. This attribute is part of the key"
    ))
}

/// See [`LONGEST_PARTITION_KEY`]. The engine applies the rule to a table's key, but not to an index's.
fn refuse_long_index_key(schema: &Schema, write: &Value) -> Option<String> {
    let item = write.get("Item").and_then(Value::as_object);
    let put = item.into_iter().flatten().map(|(name, value)| (name.as_str(), value));
    let update = write.get("UpdateExpression").and_then(Value::as_str).map(changes).unwrap_or_default();
    let (names, values) = (write.get("ExpressionAttributeNames"), write.get("ExpressionAttributeValues"));
    let set = update
        .iter()
        .filter_map(|(target, operand)| Some((resolve(names, target), values?.get((*operand)?)?)));
    let is_long = |(name, value): &(&str, &Value)| {
        let length = value.get("S").and_then(Value::as_str).map_or(0, str::len);
        schema.index_keys.iter().any(|(key, longest)| key == name && length > *longest)
    };
    put.chain(set).find(is_long)?;
    Some(
        "One or more parameter values were invalid: Size of an index key has exceeded its size limit"
            .to_owned(),
    )
}

/// "The AttributeValue for a key attribute cannot contain an empty string value" is DynamoDB's answer to any empty key.
/// The engine accepts one in a key condition and finds nothing.
fn refuse_empty_key(request: &Value) -> Option<String> {
    let condition = request.get("KeyConditionExpression")?.as_str()?;
    let values = request.get("ExpressionAttributeValues")?.as_object()?;
    let used = words(condition).filter_map(|word| values.get(word));
    let is_empty = |value: &Value| value.get("S").and_then(Value::as_str) == Some("");
    used.into_iter().find(|value| is_empty(value)).map(|_| {
        "One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty \
         string value"
            .to_owned()
    })
}

fn resolve<'a>(names: Option<&'a Value>, name: &'a str) -> &'a str {
    names.and_then(|names| names.get(name)?.as_str()).unwrap_or(name)
}
