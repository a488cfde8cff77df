//! Publishing: each event once, for any failure of the publisher and any order of notifications.

use std::time::Duration;

use futures_util::future::{join, join_all};
use local::{Options, Server};
use publish_events::Batch;
use serde_json::{Value, json};
use shared::App;
use tests::{
    client::{Api, order},
    proxy::{Fault, Proxy},
    scenario::Scenario,
};

use super::{Broken, check, read, sell};

/// A batch of stream records that show changes of these sessions and orders.
pub(super) fn hints<'a>(
    sessions: impl Iterator<Item = &'a String>,
    orders: impl Iterator<Item = &'a String>,
) -> Value {
    let sessions = sessions.map(|id| json!({"id": {"S": id}}));
    let keys =
        sessions.chain(orders.map(|id| json!({"pk": {"S": format!("order#{id}")}, "sk": {"S": "order"}})));
    let records = keys.enumerate().map(|(at, keys)| {
        let change = json!({"ApproximateCreationDateTime": 0, "Keys": keys, "SequenceNumber": at.to_string(),
                            "SizeBytes": 1, "StreamViewType": "KEYS_ONLY"});
        json!({"eventID": "-", "eventName": "MODIFY", "awsRegion": "-", "dynamodb": change})
    });
    json!({"Records": records.collect::<Vec<_>>()})
}

/// Publishes without a queue for failures; returns the sequence number of the record that failed.
pub(super) async fn publish(app: &App, batch: &Value) -> Vec<String> {
    let response = publish_events::handle(app, &Broken, Batch::parse(batch.clone()).unwrap()).await;
    response.batch_item_failures.into_iter().map(|failure| failure.item_identifier.unwrap()).collect()
}

#[tokio::test]
async fn records_that_come_twice_late_and_out_of_order_do_no_harm() {
    let api = Scenario::new().start().await;
    let mut random = fastrand::Rng::with_seed(17);
    let (sessions, orders): (Vec<_>, Vec<_>) =
        join_all((0..20).map(|_| sell(&api))).await.into_iter().unzip();
    let app = &api.server.app;
    join_all((0..8).map(|_| {
        let (mut sessions, mut orders) = ([sessions.clone(), sessions.clone()].concat(), orders.clone());
        random.shuffle(&mut sessions);
        random.shuffle(&mut orders);
        let batch = hints(sessions.iter().take(30), orders.iter());
        async move { assert_eq!(publish(app, &batch).await, Vec::<String>::new()) }
    }))
    .await;
    let feed = read(&api, "", 100).await;
    assert_eq!(feed.len(), 20 * 6);
    check(&api, &feed).await;
    api.server.catch_up().await.unwrap();
    assert_eq!(read(&api, "", 100).await, feed);
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_appears_behind_a_cursor_that_was_handed_out() {
    let api = Scenario::new().start().await;
    let app = &api.server.app;
    let sales = join_all((0..12).map(|_| async {
        let (session, order) = sell(&api).await;
        publish(app, &hints([session].iter(), [order].iter())).await
    }));
    let follow = async {
        let (mut seen, mut after) = (Vec::new(), String::new());
        while seen.len() < 12 * 6 {
            let new = read(&api, &after, 7).await;
            after = new.last().map_or(after, |event| event["cursor"].as_str().unwrap().to_owned());
            seen.extend(new);
        }
        seen
    };
    let (failed, seen) = tokio::time::timeout(Duration::from_secs(60), join(sales, follow)).await.unwrap();
    assert_eq!(failed.concat(), Vec::<String>::new());
    assert_eq!(seen, read(&api, "", 100).await);
    check(&api, &seen).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fault_while_publishing_loses_and_doubles_nothing() {
    let faults = [Fault::Lost, Fault::AnswerLost, Fault::ServerError, Fault::Throttled, Fault::Conflict];
    let cases = faults.iter().flat_map(|fault| [(fault, 1), (fault, 20)]);
    join_all(cases.map(|(fault, times)| async move {
        let proxy = Proxy::start().await;
        let api = Scenario::new().behind(&proxy).start().await;
        let (session, order) = sell(&api).await;
        let batch = hints([session].iter(), [order].iter());
        proxy.inject("TransactWriteItems", fault, times);
        let failed = publish(&api.server.app, &batch).await;
        // The merchant's feed is left alone after a failure; what was published nevertheless is found later.
        assert_eq!(failed.is_empty(), times == 1, "{fault:?} {times}");
        proxy.heal();
        assert_eq!(publish(&api.server.app, &batch).await, Vec::<String>::new());
        let feed = read(&api, "", 100).await;
        assert_eq!(feed.len(), 6, "{fault:?} {times}");
        check(&api, &feed).await;
    }))
    .await;
}

/// Adds `count` copies of the only deposit of an order.
pub(crate) async fn add_dust(proxy: &Proxy, order: &str, count: usize) {
    let (table, partition) = (proxy.table("OrdersTable"), json!({"S": format!("order#{order}")}));
    let query = json!({"TableName": table, "KeyConditionExpression": "pk = :pk AND begins_with(sk, :piece)",
                       "ExpressionAttributeValues": {":pk": partition, ":piece": {"S": "evidence#"}}});
    let first = proxy.call("Query", &query).await["Items"][0].clone();
    let pieces: Vec<_> = (1..=count).map(|n| another(&first, n)).collect();
    for some in pieces.chunks(25) {
        let puts: Vec<_> = some.iter().map(|item| json!({"PutRequest": {"Item": item}})).collect();
        proxy.call("BatchWriteItem", &json!({"RequestItems": {table.clone(): puts}})).await;
    }
    let total = json!({"N": (1 + count).to_string()});
    let update = json!({"TableName": table, "Key": {"pk": partition, "sk": {"S": "order"}},
                        "UpdateExpression": "SET evidence_count = :total, later_events = :total",
                        "ExpressionAttributeValues": {":total": total}});
    proxy.call("UpdateItem", &update).await;
}

/// The copy `n` of the first deposit.
fn another(first: &Value, n: usize) -> Value {
    let mut item = first.clone();
    let (id, effect) = (format!("more-{n}"), first["effect"]["S"].as_str().unwrap());
    item["sk"] = json!({"S": format!("evidence#{id}")});
    item["evidence"]["M"]["id"] = json!({"S": id});
    let moved = effect.replace("\"first_sequence\":3", &format!("\"first_sequence\":{}", 3 + n));
    assert!(moved != effect, "{effect}");
    item["effect"] = json!({"S": moved});
    item
}

#[tokio::test(flavor = "multi_thread")]
async fn the_dust_of_thousands_is_published_a_transaction_at_a_time() {
    let proxy = Proxy::start().await;
    let api = Scenario::new().behind(&proxy).start().await;
    let session = api.create_session().await;
    let mut body = order(Some(&session));
    body["metadata"] = json!({"notes": "x".repeat(4_000)});
    let id = api.post("/orders", &body).await.ok()["id"].as_str().unwrap().to_owned();
    api.tell(&id, &api.deposit("first", 1)).await.ok();
    add_dust(&proxy, &id, 1_999).await;
    proxy.take_operations();
    // Reading so long a story twice at once takes a debug build longer than a request may.
    assert_eq!(publish(&api.server.app, &hints([session].iter(), [].iter())).await, Vec::<String>::new());
    let written = proxy.take_operations().iter().filter(|it| *it == "TransactWriteItems").count();
    // A segment has 300 KB of events, of five or six KB each.
    assert!(written < 2_002 / 40, "{written}");
    let feed = read(&api, "", 100).await;
    assert_eq!(feed.len(), 2_002);
    assert!(feed.iter().zip(1..).all(|(event, sequence)| event["sequence"] == sequence));
    assert!(feed[2..].iter().all(|event| event["type"] == "order.payment_received"));
}

#[tokio::test]
async fn the_server_that_people_run_publishes_by_itself() {
    let options = Options { background: true, ..Options::default() };
    let api = Api::of(Server::start(options).await.unwrap());
    api.create_session().await;
    let published = async {
        while read(&api, "", 20).await.is_empty() {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), published).await.unwrap();
}
