//! Keys and items of the same size and shape as the functions'.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;

/// A DynamoDB item.
pub(crate) type Item = HashMap<String, AttributeValue>;

/// An arbitrary time; nothing here reads a clock.
const TIME: &str = "1759387147944";

/// A session's attributes besides its id and status, from `events/create-session.json`.
const SESSION_TEXTS: &[(&str, &str)] = &[
    ("success_url", "https://merchant.com/success?session_id={SESSION_ID}"),
    ("cancel_url", "https://merchant.com/cancel"),
    ("metadata", r#"{"sku":"widget-1"}"#),
    ("client_reference_id", "merchant-order-456"),
];
const SESSION_NUMBERS: &[&str] = &["created_at", "expires_at", "deadline", "removable_at"];

const WALLET: &str = "0xa7539d73700b1726ebe1eef9d4d8ccdf3f4e3b44";
/// The terms of an order from `events/create-order.json`, as the function stores them.
const TERMS: &str = concat!(
    r#"{"order_type":"swap","recipient_address":"0xa7539d73700b1726ebe1eef9d4d8ccdf3f4e3b44","src"#,
    r#"_chain":8453,"dst_chain":8453,"src_token_address":"0x833589fcd6edb6e08f4c7c32d4f71b54bda02"#,
    r#"913","dst_token_address":"0x833589fcd6edb6e08f4c7c32d4f71b54bda02913","src_amount":"100000"#,
    r#"0","payload":{"expectedDstAmount":"1000000"},"metadata":{"srcToken":{"chainId":8453,"addre"#,
    r#"ss":"0x833589fcd6edb6e08f4c7c32d4f71b54bda02913","symbol":"USDC","name":"USD Coin","decima"#,
    r#"ls":6,"metadata":{}},"dstToken":{"chainId":8453,"address":"0x833589fcd6edb6e08f4c7c32d4f71"#,
    r#"b54bda02913","symbol":"USDC","name":"USD Coin","decimals":6,"metadata":{}}},"onramp":null,"#,
    r#""creator_address":null,"partner_id":null,"client_reference_id":null}"#,
);
const ORDER_NUMBERS: &[&str] = &["created_at", "expires_at", "deadline", "evidence_count", "later_events"];

/// The key of a session.
pub(crate) fn session_key(id: &str) -> Item {
    Item::from([("id".to_owned(), text(id))])
}

/// The key of an order.
pub(crate) fn order_key(id: &str) -> Item {
    Item::from([("pk".to_owned(), text(format!("order#{id}"))), ("sk".to_owned(), text("order"))])
}

/// A new session.
pub(crate) fn session(id: &str) -> Item {
    let mut item = filled(SESSION_TEXTS, SESSION_NUMBERS);
    item.extend(session_key(id));
    item.insert("status".to_owned(), text("open"));
    item
}

/// A new order of a session.
pub(crate) fn order(id: &str, session: &str) -> Item {
    let mut item = filled(&[], ORDER_NUMBERS);
    item.extend(order_key(id));
    item.insert("id".to_owned(), text(id));
    item.insert("status".to_owned(), text("scanning_deposit_transaction"));
    item.insert("checkout_session_id".to_owned(), text(session));
    item.insert("global_address".to_owned(), text(WALLET));
    item.insert("terms".to_owned(), text(TERMS));
    item
}

/// A text attribute.
pub(crate) fn text(value: impl Into<String>) -> AttributeValue {
    AttributeValue::S(value.into())
}

/// A time attribute.
pub(crate) fn time() -> AttributeValue {
    AttributeValue::N(TIME.to_owned())
}

fn filled(texts: &[(&str, &str)], numbers: &[&str]) -> Item {
    let texts = texts.iter().map(|(name, value)| ((*name).to_owned(), text(*value)));
    let numbers = numbers.iter().map(|name| ((*name).to_owned(), time()));
    texts.chain(numbers).collect()
}
