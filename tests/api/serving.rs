//! The server that developers run on their own machines.

use local::{Options, Server};
use serde_json::json;
use tests::{
    client::{Api, executed},
    scenario::Scenario,
};

#[tokio::test]
async fn a_port_that_is_taken_is_named() {
    let first = Server::start(Options::default()).await.unwrap();
    let port = first.url.rsplit(':').next().unwrap().parse().unwrap();
    let error = Server::start(Options { port, ..Options::default() }).await.err().unwrap().to_string();
    assert!(error.contains(&format!("port {port}")) && error.contains("--port"), "{error}");
    first.stop().await;
    Server::start(Options { port, ..Options::default() }).await.unwrap().stop().await;
}

#[tokio::test]
async fn data_that_is_kept_outlives_the_server() {
    let directory = std::env::temp_dir().join(format!("checkout-{}", uuid::Uuid::now_v7()));
    let options = Options { data: Some(directory.clone()), ..Options::default() };
    let server = Server::start(options.clone()).await.unwrap();
    let first = Api::of(server);
    let (session, order) = first.create_linked().await;
    first.tell(&order, &first.deposit("a", 1_000_000)).await.ok();
    first.server.stop().await;

    let second = Api::of(Server::start(options).await.unwrap());
    assert_eq!(second.session(&session).await.status(), "processing");
    second.tell(&order, &executed("b", second.now())).await.ok();
    assert_eq!(second.session(&session).await.status(), "complete");
    second.server.stop().await;
    std::fs::remove_dir_all(directory).unwrap();
}

#[tokio::test]
async fn the_clock_only_goes_forward() {
    let api = Scenario::new().start().await;
    let before = api.now();
    for bad in [json!({"advance": -1}), json!({"advance": "1"}), json!({}), json!({"advance": 1e12})] {
        api.post("/test-helpers/clock", &bad).await.refused(400, "invalid_field");
    }
    api.advance_clock(1.5).await;
    assert!((1500..60_000).contains(&(api.now() - before)));
}

#[tokio::test]
async fn evidence_that_cannot_be_read_is_told_what_is_wrong_with_it() {
    let api = Scenario::new().start().await;
    let (_, order) = api.create_linked().await;
    let bad = json!([api.deposit("a", 1), {"id": "b", "kind": "deposit", "occurredAt": 1}]);
    let answer = api.tell(&order, &bad).await;
    assert_eq!(answer.refused(400, "invalid_field")["param"], "[1]");
    assert!(answer.message().contains("chain"), "{}", answer.text);
    assert_eq!(api.order(&order).await["depositTxs"], json!([]));
    api.tell("5392f7a7-d472-4d6b-9848-bd07117fb82d", &api.deposit("a", 1))
        .await
        .refused(404, "order_not_found");
}
