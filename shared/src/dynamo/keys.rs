//! The keys of all items: the only place that builds keys.
//!
//! | Table | Key | Item |
//! |---|---|---|
//! | sessions | `id` = session id | a session |
//! | sessions | `id` = `[owner#<owner>#]idempotency#<operation>#<key>` | a merchant's used idempotency key |
//! | sessions | `id` = `session#<session id>#idempotency#<operation>#<key>` | an unauthenticated caller's |
//! | orders | `pk` = `order#<order id>`, `sk` = `order` | an order |
//! | orders | `pk` = `order#<order id>`, `sk` = `evidence#<evidence id>` | a piece of evidence |
//! | orders | `pk` = `folded#<order id>`, `sk` = evidence id | a deposit that its order keeps in sums |
//! | orders | `pk` = `[owner#<owner>#]creator#<address>`, `sk` = `<created at>#<order id>` | an entry of a creator's list |
//! | orders | `pk` = `awaited#<chain>`, `sk` = `<created at>#<order id>` | a deposit address that is watched |
//! | keys | `id` = key id | an API key |
//! | events | `pk` = `feed#<owner>#<lane>`, `sk` = number of the segment | a segment of a lane of its owner's feed |
//! | events | `pk` = `subject#<session id or order id>`, `sk` = `published` | its lane, and the number of its events in the feed |
//! | webhooks | `pk` = `endpoints`, `sk` = `<owner>#<endpoint id>` | an endpoint |
//! | webhooks | `pk` = `fan#<owner>`, `sk` = `fan` | the number of endpoints, and the position of the fan-out |
//! | webhooks | `pk` = `deliveries#<endpoint id>`, `sk` = delivery id | a delivery |
//! | webhooks | `pk` = `due#<endpoint id>`, `sk` = `<due at>#<delivery id>` | an entry of the list of due deliveries |
//! | webhooks | `pk` = `lane#<endpoint id>`, `sk` = `lane` | the lease on an endpoint's due deliveries |
//!
//! Items of the default owner have no owner's prefix.

use aws_sdk_dynamodb::types::AttributeValue;
use uuid::Uuid;

use crate::{
    dynamo::{Item, string},
    kernel::{
        ApiKeyId, ChainId, DeliveryId, EndpointId, EvidenceId, OrderId, Owner, SessionId, Subject, Timestamp,
    },
};

/// The sort key of an order's own item.
pub(crate) const ORDER: &str = "order";

/// The prefix of the sort keys of an order's evidence.
pub(crate) const EVIDENCE_PREFIX: &str = "evidence#";

pub(crate) fn session(id: SessionId) -> Item {
    Item::from([("id".to_owned(), string(id.to_string()))])
}

pub(crate) fn idempotency(owner: &Owner, operation: &str, key: &str) -> Item {
    used_key(&owner_prefix(owner), operation, key)
}

/// The key of an unauthenticated caller, who orders for this session.
pub(crate) fn session_idempotency(session: SessionId, operation: &str, key: &str) -> Item {
    used_key(&format!("session#{session}#"), operation, key)
}

fn used_key(holder: &str, operation: &str, key: &str) -> Item {
    Item::from([("id".to_owned(), string(format!("{holder}idempotency#{operation}#{key}")))])
}

pub(crate) fn api_key(id: &ApiKeyId) -> Item {
    Item::from([("id".to_owned(), string(id.as_str()))])
}

/// The prefix that keeps merchants' keys apart; an owner's name has no `#` in it.
fn owner_prefix(owner: &Owner) -> String {
    if owner.is_default() { String::new() } else { format!("owner#{}#", owner.as_str()) }
}

pub(crate) fn order_partition(id: OrderId) -> AttributeValue {
    string(format!("order#{id}"))
}

pub(crate) fn order(id: OrderId) -> Item {
    in_table(order_partition(id), ORDER.to_owned())
}

pub(crate) fn evidence(order: OrderId, id: &EvidenceId) -> Item {
    in_table(order_partition(order), format!("{EVIDENCE_PREFIX}{}", id.as_str()))
}

/// Not the order's partition, which is read as a whole.
pub(crate) fn folded_partition(order: OrderId) -> AttributeValue {
    string(format!("folded#{order}"))
}

pub(crate) fn folded(order: OrderId, id: &EvidenceId) -> Item {
    in_table(folded_partition(order), id.as_str().to_owned())
}

pub(crate) fn creator_partition(owner: &Owner, address: &str) -> AttributeValue {
    string(format!("{}creator#{}", owner_prefix(owner), address.to_lowercase()))
}

pub(crate) fn creator_entry(owner: &Owner, address: &str, created_at: Timestamp, order: OrderId) -> Item {
    in_table(creator_partition(owner, address), by_creation(created_at, order))
}

pub(crate) fn awaited_partition(chain: ChainId) -> AttributeValue {
    string(format!("awaited#{}", chain.number()))
}

pub(crate) fn awaited_entry(chain: ChainId, created_at: Timestamp, order: OrderId) -> Item {
    in_table(awaited_partition(chain), by_creation(created_at, order))
}

/// The lower bound of the sort keys of orders created at `time` or later.
pub(crate) fn awaited_since(time: Timestamp) -> String {
    format!("{:013}", time.millis())
}

/// Thirteen digits of milliseconds sort by time until the year 2286.
fn by_creation(created_at: Timestamp, order: OrderId) -> String {
    format!("{:013}#{order}", created_at.millis())
}

/// The order of an entry in a creator's list.
pub(crate) fn order_of_entry(entry: &Item) -> Option<OrderId> {
    let sort_key = entry.get("sk")?.as_s().ok()?;
    OrderId::parse(sort_key.split_once('#')?.1)
}

/// The number of parts of each list of a merchant's sessions. A sale takes two units from a list's part.
const LIST_SHARDS: usize = 4;

/// The part of an owner's lists that a session is in.
fn list(owner: &Owner, shard: usize) -> AttributeValue {
    string(format!("{}#{shard}", owner.as_str()))
}

/// All parts of an owner's lists.
pub(crate) fn list_shards(owner: &Owner) -> Vec<AttributeValue> {
    (0..LIST_SHARDS).map(|shard| list(owner, shard)).collect()
}

/// One of so many parts. Ids are random, so their first digits spread them evenly.
fn spread(id: impl std::fmt::Display, parts: usize) -> usize {
    let digits = id.to_string();
    let number = digits.get(..8).and_then(|digits| usize::from_str_radix(digits, 16).ok());
    number.unwrap_or_default() % parts.max(1)
}

pub(crate) fn list_reference(owner: &Owner, reference: &str) -> AttributeValue {
    string(format!("{}#{reference}", owner.as_str()))
}

/// The attributes that put a session into the lists' indexes: by owner, then by creation time.
pub(crate) fn listing(owner: &Owner, created_at: Timestamp, id: SessionId, reference: Option<&str>) -> Item {
    let position = format!("{}#{:013}#{id}", owner.as_str(), created_at.millis());
    let reference = reference.map(|it| ("list_reference".to_owned(), list_reference(owner, it)));
    let attributes = [
        ("list".to_owned(), list(owner, spread(id, LIST_SHARDS))),
        ("listed_at".to_owned(), string(position)),
    ];
    attributes.into_iter().chain(reference).collect()
}

/// The bounds, both included, of the positions of an owner's sessions created between two times, both excluded, and
/// listed after another one. Lists are newest first, so later positions are smaller.
pub(crate) fn listed_between(
    owner: &Owner,
    later_than: Option<Timestamp>,
    earlier_than: Option<Timestamp>,
    after: Option<(Timestamp, SessionId)>,
) -> (String, String) {
    let owner = owner.as_str();
    let from = later_than.map_or(0, |time| time.millis() + 1);
    // A colon sorts after all digits. A time without an id sorts before all ids of that time.
    let end = earlier_than.map_or_else(|| ":".to_owned(), |time| format!("{:013}", time.millis()));
    let before = after.map(|(time, id)| {
        let just_below = Uuid::from_u128(u128::from_be_bytes(*id.as_bytes()) - 1);
        format!("{:013}#{just_below}", time.millis())
    });
    let to = before.map_or(end.clone(), |before| before.min(end));
    (format!("{owner}#{from:013}"), format!("{owner}#{to}"))
}

/// The creation time and the id of a session in an index.
pub(crate) fn listed(entry: &Item) -> Option<(Timestamp, SessionId)> {
    let mut parts = entry.get("listed_at")?.as_s().ok()?.split('#').skip(1);
    let created_at = Timestamp::from_millis(parts.next()?.parse().ok()?);
    Some((created_at, SessionId::parse(parts.next()?)?))
}

/// The part of the index of open items that an item is in.
pub(crate) fn open_shard(id: impl std::fmt::Display) -> AttributeValue {
    string(spread(id, OPEN_SHARDS).to_string())
}

/// The number of parts of the index, which all merchants share. A session takes two units, when it enters and when it
/// leaves, so ten thousand sessions a second take 625 from each part.
const OPEN_SHARDS: usize = 32;

/// All parts of the index.
pub(crate) fn open_shards() -> impl Iterator<Item = AttributeValue> {
    (0..OPEN_SHARDS).map(|shard| string(shard.to_string()))
}

/// The subject of an item, by its partition key; `None` for other items.
pub fn subject_of(key: &str) -> Option<Subject> {
    match key.strip_prefix("order#") {
        Some(order) => OrderId::parse(order).map(Subject::Order),
        None => SessionId::parse(key).map(Subject::Session),
    }
}

/// The key of a subject's count of published events.
pub(crate) fn publication(subject: Subject) -> Item {
    in_table(string(format!("subject#{subject}")), "published".to_owned())
}

pub(crate) fn feed_lane(owner: &Owner, lane: usize) -> AttributeValue {
    string(format!("feed#{}#{lane}", owner.as_str()))
}

pub(crate) fn segment(owner: &Owner, lane: usize, number: u64) -> Item {
    in_table(feed_lane(owner, lane), segment_number(number))
}

/// Sixteen hex digits sort as the numbers do.
pub(crate) fn segment_number(number: u64) -> String {
    format!("{number:016x}")
}

/// The lane of a subject that has none yet, among this many.
pub(crate) fn lane_of(subject: Subject, lanes: usize) -> usize {
    spread(subject, lanes)
}

/// All endpoints are in one partition: they are few, and the search for due deliveries visits each one.
pub(crate) fn endpoints() -> AttributeValue {
    string("endpoints")
}

/// The prefix of the sort keys of an owner's endpoints.
pub(crate) fn endpoints_of(owner: &Owner) -> String {
    format!("{}#", owner.as_str())
}

pub(crate) fn endpoint(owner: &Owner, id: EndpointId) -> Item {
    in_table(endpoints(), format!("{}{id}", endpoints_of(owner)))
}

pub(crate) fn fan(owner: &Owner) -> Item {
    in_table(string(format!("fan#{}", owner.as_str())), "fan".to_owned())
}

pub(crate) fn deliveries(endpoint: EndpointId) -> AttributeValue {
    string(format!("deliveries#{endpoint}"))
}

pub(crate) fn delivery(endpoint: EndpointId, id: &DeliveryId) -> Item {
    in_table(deliveries(endpoint), id.as_str().to_owned())
}

pub(crate) fn due(endpoint: EndpointId) -> AttributeValue {
    string(format!("due#{endpoint}"))
}

pub(crate) fn due_entry(endpoint: EndpointId, time: Timestamp, id: &DeliveryId) -> Item {
    in_table(due(endpoint), format!("{:013}#{}", time.millis(), id.as_str()))
}

/// The bound below which the sort keys of deliveries due at `now` are.
pub(crate) fn due_later_than(now: Timestamp) -> String {
    format!("{:013}", now.plus_millis(1).millis())
}

/// The delivery of an entry in the list of due deliveries.
pub(crate) fn delivery_of_entry(entry: &Item) -> Option<DeliveryId> {
    DeliveryId::parse(entry.get("sk")?.as_s().ok()?.split_once('#')?.1)
}

pub(crate) fn lease(endpoint: EndpointId) -> Item {
    in_table(string(format!("lane#{endpoint}")), "lane".to_owned())
}

/// The owner of a feed, by the partition key of one of its lanes.
pub fn owner_of_feed(key: &str) -> Option<Owner> {
    Owner::parse(key.strip_prefix("feed#")?.split_once('#')?.0)
}

fn in_table(partition: AttributeValue, sort_key: String) -> Item {
    Item::from([("pk".to_owned(), partition), ("sk".to_owned(), string(sort_key))])
}
