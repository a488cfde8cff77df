//! Costs of requests to the database.

use axum::body::Bytes;
use serde_json::Value;

/// A request that the database carried out, and its answer with the units that it took from table and indexes.
#[derive(Debug)]
pub struct Exchange {
    pub operation: String,
    pub request: Value,
    pub answer: Value,
}

/// The request with the wish to be told its units.
pub(crate) fn asking_for_units(body: &Bytes) -> Value {
    let mut request: Value = serde_json::from_slice(body).unwrap();
    request["ReturnConsumedCapacity"] = "INDEXES".into();
    request
}

/// The count in a query's answer, found without parsing a megabyte of items.
pub(crate) fn scanned_count(body: &[u8]) -> u64 {
    let name = b"\"ScannedCount\":";
    let start = body.windows(name.len()).rposition(|window| window == name).map(|start| start + name.len());
    let value = body.iter().skip(start.unwrap_or(body.len())).skip_while(|byte| byte.is_ascii_whitespace());
    let digits = value.take_while(|byte| byte.is_ascii_digit());
    digits.fold(0, |count, digit| count * 10 + u64::from(digit - b'0'))
}
