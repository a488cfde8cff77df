//! Expiries that nobody reads: they are published too, at a cost that depends on their number.

use futures_util::future::join_all;
use serde_json::{Value, json};
use tests::{proxy::Proxy, scenario::Scenario};

use super::{read, sell};

#[tokio::test]
async fn what_expires_is_told_without_anybody_asking() {
    let api = Scenario::new().start().await;
    let (alone, (linked, _)) = (api.create_session().await, api.create_linked().await);
    let order = api.create_order(None).await.ok()["id"].clone();
    let (paid, _) = sell(&api).await;
    api.advance_clock(1200.0).await;
    api.server.catch_up().await.unwrap();
    let types = |feed: &[Value], wanted: &str| feed.iter().filter(|it| it["type"] == wanted).count();
    let feed = read(&api, "", 100).await;
    assert_eq!((types(&feed, "checkout.session.expired"), types(&feed, "order.expired")), (0, 1));
    // Long after, as after an outage; and twice.
    api.advance_clock(86_400.0).await;
    for _ in 0..2 {
        api.server.catch_up().await.unwrap();
        let feed = read(&api, "", 100).await;
        assert_eq!((types(&feed, "checkout.session.expired"), types(&feed, "order.expired")), (2, 1));
        let expired = feed.iter().filter(|event| event["data"]["object"]["status"] == "expired");
        let ids: Vec<_> = expired.map(|event| event["data"]["object"]["id"].clone()).collect();
        assert_eq!(ids[0], order);
        assert!(ids.contains(&json!(alone)) && ids.contains(&json!(linked)) && !ids.contains(&json!(paid)));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sweep_costs_what_expires_and_not_what_is_open() {
    let proxy = Proxy::start().await;
    let api = Scenario::new().behind(&proxy).start().await;
    join_all((0..20).map(|_| api.create_session())).await;
    let due = api.post("/checkout-sessions", &json!({"expires_in": 300})).await.ok()["id"].clone();
    sell(&api).await;
    api.advance_clock(300.0).await;
    let sweep = || expire_overdue::handle(&api.server.app);
    proxy.take_operations();
    futures_util::try_join!(sweep(), sweep()).unwrap();
    let seen = api.session(due.as_str().unwrap()).await;
    assert_eq!((&seen["status"], &seen["expired_reason"]), (&json!("expired"), &json!("ttl")));
    proxy.take_operations();
    sweep().await.unwrap();
    assert_eq!(proxy.take_operations(), ["Query"; 64]);
}

#[tokio::test]
async fn an_expiry_that_cannot_be_written_down_is_reported_and_holds_up_no_other() {
    let proxy = Proxy::start().await;
    let api = Scenario::new().behind(&proxy).start().await;
    let (poison, good) = (api.create_session().await, api.create_session().await);
    proxy.damage("SessionsTable", &json!({"id": {"S": poison}}), "metadata").await;
    api.advance_clock(1800.0).await;
    assert!(expire_overdue::handle(&api.server.app).await.is_err());
    proxy.take_operations();
    assert_eq!(api.session(&good).await.status(), "expired");
    assert_eq!(proxy.take_operations(), ["GetItem"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sweep_ends_what_it_has_found_before_it_looks_for_more() {
    let proxy = Proxy::start().await;
    let api = Scenario::new().behind(&proxy).start().await;
    // Fewer in each of the index's 32 parts than fill a page.
    for _ in 0..21 {
        join_all((0..20).map(|_| api.create_session())).await;
    }
    api.advance_clock(1800.0).await;
    proxy.take_operations();
    expire_overdue::handle(&api.server.app).await.unwrap();
    let operations = proxy.take_operations();
    let between = operations.split(|operation| operation == "Query").skip(1).map(<[_]>::len);
    assert!(between.clone().max() <= Some(2 * 100), "{:?}", between.collect::<Vec<_>>());
    let ended = operations.iter().filter(|operation| *operation == "TransactWriteItems").count();
    assert_eq!(ended, 420);
    expire_overdue::handle(&api.server.app).await.unwrap();
    assert_eq!(proxy.take_operations(), ["Query"; 64]);
}
