//! DynamoDB's partitions, counted: the units that the engine reports for each request, attributed to the partition key
//! of table or index that they come from.
#![allow(clippy::indexing_slicing, reason = "a missing member of a JSON value is null")]

use std::collections::{BTreeMap, HashMap};

use serde_json::{Value, json};
use tests::proxy::{Exchange, Proxy};

/// The units that a partition takes in a second.
pub(crate) const WRITES_A_SECOND: f64 = 1000.0;
pub(crate) const READS_A_SECOND: f64 = 3000.0;

/// A table or an index, and a partition key.
pub(crate) type Partition = (String, String);

/// Units of writing and of reading.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Units {
    pub(crate) writing: f64,
    pub(crate) reading: f64,
}

/// The units of some requests.
#[derive(Debug, Default)]
pub(crate) struct Count {
    pub(crate) partitions: BTreeMap<Partition, Units>,
}

/// Attributes units to partitions. Remembers the items' keys in indexes, since a change of one takes units from the
/// partition that the item leaves and from the one that it enters.
#[derive(Default)]
pub(crate) struct Meter {
    keys_in_indexes: HashMap<(String, String), String>,
}

/// The indexes' partition keys.
const INDEX_KEYS: [(&str, &str); 7] = [
    ("open", "open_shard"),
    ("by_owner", "list"),
    ("list_open", "list_open"),
    ("list_processing", "list_processing"),
    ("list_complete", "list_complete"),
    ("list_expired", "list_expired"),
    ("by_reference", "list_reference"),
];

const WRITES: [&str; 4] = ["PutItem", "UpdateItem", "DeleteItem", "TransactWriteItems"];

/// One item that a request writes.
struct Written<'a> {
    table: &'a str,
    key: Value,
    /// The units of a put of a new item; an update's follow from what is left.
    units: Option<f64>,
}

impl Meter {
    /// The units of these requests, which must be of one step: the items are looked up as they stand after it.
    pub(crate) async fn count(&mut self, proxy: &Proxy, exchanges: &[Exchange]) -> Count {
        let mut count = Count::default();
        for exchange in exchanges {
            let capacities = match &exchange.answer["ConsumedCapacity"] {
                Value::Array(several) => several.clone(),
                one => vec![one.clone()],
            };
            for capacity in capacities.iter().filter(|it| it.is_object()) {
                match WRITES.contains(&exchange.operation.as_str()) {
                    true => self.count_writes(proxy, exchange, capacity, &mut count).await,
                    false => count_reads(exchange, capacity, &mut count),
                }
            }
        }
        count
    }

    async fn count_writes(
        &mut self,
        proxy: &Proxy,
        exchange: &Exchange,
        capacity: &Value,
        count: &mut Count,
    ) {
        let table = text(&capacity["TableName"]);
        let mut written = written(exchange);
        written.retain(|it| it.table == table);
        let whole = capacity["Table"]["CapacityUnits"].as_f64().unwrap_or_default();
        let known: f64 = written.iter().filter_map(|it| it.units).sum();
        let unknown = written.iter().filter(|it| it.units.is_none()).count();
        for item in &written {
            #[expect(clippy::cast_precision_loss, reason = "a transaction has a hundred items at most")]
            let units = match (item.units, unknown) {
                (Some(units), 0) => units * whole / known,
                (Some(units), _) => units,
                (None, unknown) => (whole - known) / unknown as f64,
            };
            count.add((short(table), partition_key(&item.key)), Units { writing: units, reading: 0.0 });
        }
        for (index, used) in capacity["GlobalSecondaryIndexes"].as_object().into_iter().flatten() {
            let units = used["CapacityUnits"].as_f64().unwrap_or_default();
            self.count_index(proxy, (table, index, units), &written, count).await;
        }
    }

    async fn count_index(
        &mut self,
        proxy: &Proxy,
        (table, index, units): (&str, &str, f64),
        written: &[Written<'_>],
        count: &mut Count,
    ) {
        let name = format!("{}/{index}", short(table));
        let Some((_, attribute)) = INDEX_KEYS.iter().find(|(of, _)| *of == index) else { return };
        let mut moved = Vec::new();
        for item in written {
            let found = proxy.call("GetItem", &json!({"TableName": table, "Key": item.key})).await;
            let is = found["Item"][attribute]["S"].as_str().map(str::to_owned);
            let entry = (name.clone(), item.key.to_string());
            let was = self.keys_in_indexes.remove(&entry);
            if let Some(is) = &is {
                self.keys_in_indexes.insert(entry, is.clone());
            }
            moved.extend(was.into_iter().chain(is));
        }
        for key in &moved {
            #[expect(clippy::cast_precision_loss, reason = "as above")]
            let share = units / moved.len() as f64;
            count.add((name.clone(), key.clone()), Units { writing: share, reading: 0.0 });
        }
    }
}

impl Count {
    pub(crate) fn add(&mut self, partition: Partition, units: Units) {
        let sum = self.partitions.entry(partition).or_default();
        sum.writing += units.writing;
        sum.reading += units.reading;
    }

    pub(crate) fn extend(&mut self, other: &Self) {
        other.partitions.iter().for_each(|(partition, units)| self.add(partition.clone(), *units));
    }

    /// All units together, by table or index.
    pub(crate) fn by_table(&self) -> BTreeMap<String, f64> {
        let mut sums = BTreeMap::new();
        for ((table, _), units) in &self.partitions {
            *sums.entry(table.clone()).or_default() += units.writing + units.reading;
        }
        sums
    }
}

fn count_reads(exchange: &Exchange, capacity: &Value, count: &mut Count) {
    let (table, units) =
        (text(&capacity["TableName"]), capacity["CapacityUnits"].as_f64().unwrap_or_default());
    let reading = Units { writing: 0.0, reading: units };
    let request = &exchange.request;
    let key = match exchange.operation.as_str() {
        "GetItem" => partition_key(&request["Key"]),
        "Query" => {
            let condition = text(&request["KeyConditionExpression"]);
            let name = condition.split_whitespace().nth(2).unwrap_or_default();
            text(&request["ExpressionAttributeValues"][name]["S"]).to_owned()
        }
        _ => return,
    };
    let index = request["IndexName"].as_str().map_or_else(String::new, |index| format!("/{index}"));
    count.add((format!("{}{index}", short(table)), key), reading);
}

fn written(exchange: &Exchange) -> Vec<Written<'_>> {
    let request = &exchange.request;
    match exchange.operation.as_str() {
        "TransactWriteItems" => {
            let items = request["TransactItems"].as_array().into_iter().flatten();
            items
                .flat_map(|it| it.as_object().into_iter().flatten())
                .map(|(_, it)| one_written(it, 2.0))
                .collect()
        }
        _ => vec![one_written(request, 1.0)],
    }
}

fn one_written(request: &Value, times: f64) -> Written<'_> {
    let table = text(&request["TableName"]);
    match request.get("Item") {
        Some(item) => {
            let key = ["id", "pk", "sk"].into_iter().filter(|name| *name != "id" || item["pk"].is_null());
            let key: serde_json::Map<_, _> =
                key.filter_map(|name| Some((name.to_owned(), item.get(name)?.clone()))).collect();
            #[expect(clippy::cast_precision_loss, reason = "an item has 400 KB at most")]
            let units = (size(item) as f64 / 1024.0).ceil() * times;
            Written { table, key: key.into(), units: Some(units) }
        }
        None => Written { table, key: request["Key"].clone(), units: None },
    }
}

/// The approximate size of an item, in bytes.
fn size(value: &Value) -> usize {
    match value {
        Value::Object(members) => members.iter().map(|(name, it)| attribute_size(name, it)).sum(),
        _ => 0,
    }
}

fn attribute_size(name: &str, value: &Value) -> usize {
    let inner = value.as_object().and_then(|it| it.iter().next());
    let length = match inner.map(|(kind, it)| (kind.as_str(), it)) {
        Some(("B", Value::String(text))) => text.len() / 4 * 3,
        Some(("N", Value::String(text))) => text.len() / 2 + 2,
        Some(("M", members)) => 3 + size(members),
        Some((_, Value::String(text))) => text.len(),
        Some((_, Value::Array(items))) => {
            3 + items.iter().map(|it| 1 + attribute_size("", it)).sum::<usize>()
        }
        _ => 1,
    };
    name.len() + length
}

/// The value of the partition key.
fn partition_key(key: &Value) -> String {
    let key = key.get("pk").or_else(|| key.get("id")).unwrap_or(&Value::Null);
    text(&key["S"]).to_owned()
}

/// A table's name without its prefix.
fn short(table: &str) -> String {
    table.rsplit('-').next().unwrap_or(table).to_owned()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}
