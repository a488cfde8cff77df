//! The items in the chains' table: their keys, attributes and types outlive the code that wrote them.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use tests::{client::SHOP, dynamodb::DynamoDb, sim::Payment};

use crate::watching::shop::{PRICE, Sale, Shop};

/// The items of the chains' table by sort key, with names for what differs from one run to the next.
async fn items(shop: &Shop, sale: &Sale) -> String {
    let server = &shop.api.server;
    let prefix = server.app.feed.events_table().strip_suffix("EventsTable").unwrap();
    let scan = json!({"TableName": format!("{prefix}ChainsTable"), "ConsistentRead": true});
    let (status, answer) = DynamoDb::at(&server.database).call("Scan", &scan).await;
    assert_eq!(status, 200, "{answer}");
    let sorted: BTreeMap<String, Value> = answer["Items"].as_array().unwrap().iter().map(by_key).collect();
    let lines: Vec<_> = sorted.iter().map(|(key, item)| named(&format!("{key} {item}"), sale)).collect();
    lines.join("\n")
}

fn by_key(item: &Value) -> (String, Value) {
    let (key, mut item) = (item["sk"]["S"].as_str().unwrap().to_owned(), item.clone());
    let attributes = item.as_object_mut().unwrap();
    attributes.remove("sk");
    assert_eq!(attributes.remove("pk"), Some(json!({"S": "chain#31337"})));
    if let Some(owner) = attributes.get_mut("lease_owner") {
        assert_eq!(owner["S"].as_str().map(str::len), Some(32));
        owner["S"] = "WORKER".into();
    }
    (key, item)
}

fn named(text: &str, sale: &Sale) -> String {
    let text = text.replace(&sale.id, "ORDER").replace(&sale.address, "FORWARDER");
    let (mut named, mut rest) = (String::new(), text.as_str());
    while let Some(start) = rest.find(|symbol: char| symbol.is_ascii_digit()) {
        let (before, run) = rest.split_at(start);
        named.push_str(before);
        let hex = run.strip_prefix("0x").map(|digits| 2 + length(digits, |it| it.is_ascii_hexdigit()));
        let end = hex.unwrap_or_else(|| length(run, |it| it.is_ascii_digit()));
        let (run, after) = run.split_at(end);
        named.push_str(name(run));
        rest = after;
    }
    named + rest
}

fn length(text: &str, is: impl Fn(char) -> bool) -> usize {
    text.find(|symbol| !is(symbol)).unwrap_or(text.len())
}

/// The name of a number or a hex string that differs from run to run.
fn name(run: &str) -> &str {
    match (run.starts_with("0x"), run.len()) {
        (true, 66) => "HASH",
        (true, 67..) => "BYTES",
        (false, 13) => "MILLIS",
        (false, 10) if ("17".."2").contains(&run) => "SECONDS",
        _ => run,
    }
}

#[tokio::test]
async fn a_watcher_stores_its_progress_and_what_it_has_seen() {
    let (mut shop, sale) = Shop::waiting(1).await;
    shop.chain.include(&[Payment::new(&sale.address, 400_000)]);
    shop.watch().await;
    insta::assert_snapshot!(items(&shop, &sale).await);
}

#[tokio::test]
async fn a_watcher_stores_what_a_reorganisation_has_removed() {
    let (mut shop, sale) = Shop::waiting(1).await;
    shop.chain.include(&[Payment::native(&sale.address, PRICE)]);
    shop.watch().await;
    shop.chain.reorganise(1, &[&[], &[]]);
    shop.watch().await;
    insta::assert_snapshot!(items(&shop, &sale).await);
}

#[tokio::test]
async fn a_sweeper_stores_the_transaction_in_flight_and_forgets_what_is_done() {
    let (shop, sale) = Shop::confirmed().await;
    shop.sweep().await;
    insta::assert_snapshot!(items(&shop, &sale).await);
    shop.go_on().await;
    shop.assert_swept(&[&sale]).await;
    insta::assert_snapshot!(items(&shop, &sale).await);
}

#[tokio::test]
async fn a_sweeper_stores_which_transactions_an_order_has_wasted_and_since_when_it_is_refused() {
    let (shop, sale) = Shop::confirmed().await;
    shop.sweep().await;
    shop.chain.refuse(SHOP);
    shop.go_on().await;
    shop.wait(300).await;
    shop.sweep().await;
    insta::assert_snapshot!(items(&shop, &sale).await);
}
