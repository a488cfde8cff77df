//! The allowed differences between dynalite and the engine, with the reason for each.

use serde_json::{Value, json};

use crate::calls::{Call, Kind};

/// A difference that is dynalite's, or does not matter.
pub(crate) struct Exception {
    pub(crate) reason: &'static str,
    /// Returns true if a call and the two verdicts on it are such a difference.
    applies: fn(&Call, &str, &str) -> bool,
    /// A call that shows it.
    pub(crate) example: fn() -> Call,
}

pub(crate) const ALL: &[Exception] = &[
    Exception {
        reason: "dynalite looks at an index key's type before the condition, the engine where the condition holds",
        applies: |call, ours, dynalite| {
            let sets = |expression: &str| expression.contains("gn =") || expression.contains("gk =");
            let is_set = matches!(&call.kind, Kind::Update { expression } if sets(expression));
            is_set && ours == "ConditionalCheckFailedException" && dynalite == "ValidationException"
        },
        example: || update("SET gn = :x", Some("attribute_exists(x)"), (":x", json!({"S": "text"}))),
    },
    Exception {
        reason: "to the engine, deleting from an index key that is not there changes nothing; dynalite refuses it",
        applies: |call, ours, dynalite| {
            let deletes = |expression: &str| expression.starts_with("DELETE g");
            let is_deleted = matches!(&call.kind, Kind::Update { expression } if deletes(expression));
            is_deleted && ours != "ValidationException" && dynalite == "ValidationException"
        },
        example: || update("DELETE gk :x", None, (":x", json!({"SS": ["a"]}))),
    },
];

fn update(expression: &str, condition: Option<&str>, value: (&'static str, Value)) -> Call {
    Call {
        kind: Kind::Update { expression: expression.to_owned() },
        item_exists: false,
        condition: condition.map(str::to_owned),
        names: None,
        values: Some(vec![value]),
    }
}

/// The reason for which a difference is allowed, if it is.
pub(crate) fn reason(call: &Call, ours: &str, dynalite: &str) -> Option<&'static str> {
    ALL.iter().find(|exception| (exception.applies)(call, ours, dynalite)).map(|exception| exception.reason)
}
