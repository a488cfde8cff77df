//! The filters between a table's stream and its function, as Lambda applies them.

use std::collections::HashMap;

use serde_json::Value;
use serde_yaml_ng::Value as Yaml;

use crate::template::{TemplateError, items, member, resource, text};

/// The filters of all streams, by table.
#[derive(Debug, Clone, Default)]
pub struct Filters(HashMap<String, Filter>);

/// A stream's filter: its patterns, of which one has to match. Without any, all records pass.
#[derive(Debug, Clone, Default)]
pub(crate) struct Filter(Vec<Value>);

impl Filters {
    /// Adds those of a function.
    ///
    /// # Errors
    /// A pattern that cannot be read.
    pub(crate) fn add(&mut self, name: &str, function: &Yaml) -> Result<(), TemplateError> {
        let events = member(function, "Events").as_mapping().into_iter().flatten();
        for (_, event) in
            events.filter(|(_, event)| text(member(event, "Type")).as_deref() == Some("DynamoDB"))
        {
            let properties = member(event, "Properties");
            let Some(table) = resource(member(properties, "Stream")) else { continue };
            let patterns = items(member(member(properties, "FilterCriteria"), "Filters"));
            let patterns = patterns.filter_map(|filter| text(member(filter, "Pattern")));
            let patterns: Result<_, _> = patterns.map(|pattern| serde_json::from_str(&pattern)).collect();
            let patterns =
                patterns.map_err(|error| TemplateError::new(format!("{name}: a filter: {error}")))?;
            self.0.insert(table, Filter(patterns));
        }
        Ok(())
    }

    /// The filter of a table's stream.
    pub(crate) fn of(&self, table: &str) -> Filter {
        self.0.get(table).cloned().unwrap_or_default()
    }
}

impl Filter {
    /// True if the function gets the record.
    pub(crate) fn lets_through(&self, record: &Value) -> bool {
        self.0.is_empty() || self.0.iter().any(|pattern| matches(pattern, Some(record)))
    }
}

/// A pattern has the record's shape, with a list of rules in place of each value.
fn matches(pattern: &Value, value: Option<&Value>) -> bool {
    match pattern {
        Value::Object(members) => {
            members.iter().all(|(name, inner)| matches(inner, value.and_then(|value| value.get(name))))
        }
        Value::Array(rules) => rules.iter().any(|rule| applies(rule, value)),
        _ => false,
    }
}

fn applies(rule: &Value, value: Option<&Value>) -> bool {
    let Some((name, operand)) = rule.as_object().and_then(|rule| rule.iter().next()) else {
        return value == Some(rule);
    };
    match (name.as_str(), operand) {
        ("exists", Value::Bool(exists)) => value.is_some() == *exists,
        ("prefix", Value::String(prefix)) => {
            value.and_then(Value::as_str).is_some_and(|it| it.starts_with(prefix))
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::template::Template;

    fn passes(table: &str, name: &str, keys: &Value, image: &Value) -> bool {
        let filter = Template::built_in().unwrap().filters.of(table);
        filter.lets_through(&json!({"eventName": name, "dynamodb": {"Keys": keys, "NewImage": image}}))
    }

    #[test]
    fn a_change_of_a_linked_order_passes_once() {
        let (session, order) =
            (json!({"id": {"S": "a"}}), json!({"pk": {"S": "order#b"}, "sk": {"S": "order"}}));
        let linked = json!({"order_id": {"S": "b"}});
        assert!(passes("SessionsTable", "INSERT", &session, &json!({})));
        assert!(passes("SessionsTable", "MODIFY", &session, &json!({"status": {"S": "expired"}})));
        assert!(!passes("SessionsTable", "MODIFY", &session, &linked));
        assert!(!passes("SessionsTable", "REMOVE", &session, &json!({})));
        assert!(passes("OrdersTable", "INSERT", &order, &json!({})));
        assert!(passes("OrdersTable", "MODIFY", &order, &json!({})));
        let evidence = json!({"pk": {"S": "order#b"}, "sk": {"S": "evidence#c"}});
        assert!(!passes("OrdersTable", "INSERT", &evidence, &json!({})));
    }

    #[test]
    fn new_segments_pass_and_counts_do_not() {
        let keys = |pk: &str| json!({"pk": {"S": pk}, "sk": {"S": "x"}});
        assert!(passes("EventsTable", "INSERT", &keys("feed#a#0"), &json!({})));
        assert!(!passes("EventsTable", "MODIFY", &keys("subject#a"), &json!({})));
    }
}
