//! Where every item is: the only place that builds keys.
//!
//! | Table | Key | Item |
//! |---|---|---|
//! | sessions | `id` = session id | a session |
//! | sessions | `id` = `[owner#<owner>#]idempotency#<operation>#<key>` | a used idempotency key |
//! | orders | `pk` = `order#<order id>`, `sk` = `order` | an order |
//! | orders | `pk` = `order#<order id>`, `sk` = `evidence#<evidence id>` | a piece of evidence |
//! | orders | `pk` = `[owner#<owner>#]creator#<address>`, `sk` = `<created at>#<order id>` | an entry of a creator's list |
//! | orders | `pk` = `awaited#<chain>`, `sk` = `<created at>#<order id>` | a deposit address that is watched |
//! | keys | `id` = key id | an API key |
//!
//! What belongs to the default owner has no owner's prefix. A stranger's idempotency keys, where API keys
//! are on, begin with `stranger#`.

use aws_sdk_dynamodb::types::AttributeValue;

use super::{Item, string};
use crate::model::{
    ApiKeyId, ChainId, EvidenceId, IdempotencyKey, Order, OrderId, Owner, SessionId, Timestamp,
};

/// The sort key of an order's own item.
pub(super) const ORDER: &str = "order";

/// What the sort keys of an order's evidence begin with.
pub(super) const EVIDENCE_PREFIX: &str = "evidence#";

pub(super) fn session(id: SessionId) -> Item {
    Item::from([("id".to_owned(), string(id.to_string()))])
}

pub(super) fn idempotency(key: &IdempotencyKey) -> Item {
    let holder = key.holder.as_ref().map_or_else(|| "stranger#".to_owned(), owner_prefix);
    Item::from([("id".to_owned(), string(format!("{holder}idempotency#{}#{}", key.operation, key.key)))])
}

pub(super) fn api_key(id: &ApiKeyId) -> Item {
    Item::from([("id".to_owned(), string(id.as_str()))])
}

/// What keeps one merchant's keys apart from another's; an owner's name has no `#` in it.
fn owner_prefix(owner: &Owner) -> String {
    if owner.is_default() { String::new() } else { format!("owner#{}#", owner.as_str()) }
}

pub(super) fn order_partition(id: OrderId) -> AttributeValue {
    string(format!("order#{id}"))
}

pub(super) fn order(id: OrderId) -> Item {
    in_orders(order_partition(id), ORDER.to_owned())
}

pub(super) fn evidence(order: OrderId, id: &EvidenceId) -> Item {
    in_orders(order_partition(order), format!("{EVIDENCE_PREFIX}{}", id.as_str()))
}

pub(super) fn creator_partition(owner: &Owner, address: &str) -> AttributeValue {
    string(format!("{}creator#{}", owner_prefix(owner), address.to_lowercase()))
}

pub(super) fn creator_entry(address: &str, order: &Order) -> Item {
    in_orders(creator_partition(&order.owner, address), by_creation(order))
}

pub(super) fn awaited_partition(chain: ChainId) -> AttributeValue {
    string(format!("awaited#{}", chain.number()))
}

pub(super) fn awaited_entry(order: &Order) -> Item {
    in_orders(awaited_partition(order.terms.src_chain), by_creation(order))
}

/// What the sort keys of orders made at `time` or later are not less than.
pub(super) fn awaited_since(time: Timestamp) -> String {
    format!("{:013}", time.millis())
}

/// Thirteen digits of milliseconds sort by time until the year 2286.
fn by_creation(order: &Order) -> String {
    format!("{:013}#{}", order.created_at.millis(), order.id)
}

/// The order that an entry of a creator's list names.
pub(super) fn order_of_entry(entry: &Item) -> Option<OrderId> {
    let sort_key = entry.get("sk")?.as_s().ok()?;
    OrderId::parse(sort_key.split_once('#')?.1)
}

/// An item's key in words, for errors.
pub(super) fn describe(item: &Item) -> String {
    let parts = ["id", "pk", "sk"].into_iter().filter_map(|name| item.get(name)?.as_s().ok());
    parts.map(String::as_str).collect::<Vec<_>>().join(" / ")
}

fn in_orders(partition: AttributeValue, sort_key: String) -> Item {
    Item::from([("pk".to_owned(), partition), ("sk".to_owned(), string(sort_key))])
}
