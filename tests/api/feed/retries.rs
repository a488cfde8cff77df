//! Events that cannot be published: they are retried, and hold up no others.

use std::{future::Future, pin::Pin, sync::Mutex};

use publish_events::{Batch, Retries};
use serde_json::{Value, json};
use shared::edge::queue::BoxError;
use shared::{App, kernel::Subject};
use tests::{client::Api, proxy::Proxy, scenario::Scenario};

use super::{
    publishing::{hints, publish},
    read,
};

type Sending<'a> = Pin<Box<dyn Future<Output = Result<(), BoxError>> + Send + 'a>>;

/// A queue that always fails.
pub(crate) struct Broken;

impl Retries for Broken {
    fn send<'a>(&'a self, _: &'a [Subject]) -> Sending<'a> {
        Box::pin(async { Err("there is no queue".into()) })
    }
}

/// A queue with readable messages.
#[derive(Default)]
struct Kept(Mutex<Vec<String>>);

impl Retries for Kept {
    fn send<'a>(&'a self, subjects: &'a [Subject]) -> Sending<'a> {
        self.0.lock().unwrap().extend(subjects.iter().map(ToString::to_string));
        Box::pin(async { Ok(()) })
    }
}

/// Calls the function as its queue does; returns the ids of the messages that failed.
async fn bring(app: &App, bodies: &[&str]) -> Vec<String> {
    let messages = bodies
        .iter()
        .enumerate()
        .map(|(at, body)| json!({"messageId": at.to_string(), "body": body, "eventSource": "aws:sqs"}));
    let batch = json!({"Records": messages.collect::<Vec<_>>()});
    let response = publish_events::handle(app, &Broken, Batch::parse(batch).unwrap()).await;
    response.batch_item_failures.into_iter().map(|failure| failure.item_identifier.unwrap()).collect()
}

async fn sessions_of(api: &Api) -> Vec<Value> {
    let mut seen = read(api, "", 20).await;
    seen.iter_mut().map(|event| event["checkout_session_id"].take()).collect()
}

#[tokio::test]
async fn a_story_that_cannot_be_read_holds_up_no_other() {
    let proxy = Proxy::start().await;
    let api = Scenario::new().behind(&proxy).start().await;
    let (before, poison, after) =
        (api.create_session().await, api.create_session().await, api.create_session().await);
    // Its metadata was text; with a number the item cannot be read.
    proxy.damage("SessionsTable", &json!({"id": {"S": poison}}), "metadata").await;
    let batch = hints([before, poison, after].iter(), [].iter());
    assert_eq!(publish(&api.server.app, &batch).await, ["1"]);
    assert_eq!(read(&api, "", 20).await.len(), 2);
}

#[tokio::test]
async fn a_story_with_a_gap_is_not_told_on_and_holds_up_no_other() {
    let proxy = Proxy::start().await;
    let api = Scenario::new().behind(&proxy).start().await;
    let made = api.create_order(None).await.ok();
    let id = made["id"].as_str().unwrap().to_owned();
    api.server.catch_up().await.unwrap();
    api.tell(&id, &api.deposit("a", 1)).await.ok();
    api.tell(&id, &api.deposit("b", 1)).await.ok();
    let session = api.create_session().await;
    // The first deposit's effect is lost, so its event is.
    let key = json!({"pk": {"S": format!("order#{id}")}, "sk": {"S": "evidence#a"}});
    let update = json!({"TableName": proxy.table("OrdersTable"), "Key": key,
                        "UpdateExpression": "REMOVE effect"});
    proxy.call("UpdateItem", &update).await;
    let batch = hints([session].iter(), [id].iter());
    assert_eq!(publish(&api.server.app, &batch).await, ["1"]);
    let feed = read(&api, "", 20).await;
    assert_eq!(
        feed.iter().map(|event| &event["type"]).collect::<Vec<_>>(),
        ["order.created", "checkout.session.created"]
    );
}

#[tokio::test]
async fn what_cannot_be_published_is_handed_to_a_queue_and_the_stream_goes_on() {
    let proxy = Proxy::start().await;
    let api = Scenario::new().behind(&proxy).start().await;
    let (poison, good) = (api.create_session().await, api.create_session().await);
    let metadata = proxy.damage("SessionsTable", &json!({"id": {"S": poison}}), "metadata").await;
    let queue = Kept::default();
    let batch = Batch::parse(hints([&poison, &good].into_iter(), [].iter())).unwrap();
    let answer = publish_events::handle(&api.server.app, &queue, batch).await;
    assert_eq!(serde_json::to_value(answer).unwrap(), json!({"batchItemFailures": []}));
    assert_eq!(*queue.0.lock().unwrap(), [poison.as_str()]);
    assert_eq!(sessions_of(&api).await, [json!(good)]);
    // It comes back until it is repaired.
    let app = &api.server.app;
    assert_eq!(bring(app, &[&poison]).await, ["0"]);
    proxy.repair("SessionsTable", &json!({"id": {"S": poison}}), "metadata", &metadata).await;
    assert_eq!(bring(app, &[&poison, &poison]).await, Vec::<String>::new());
    assert_eq!(sessions_of(&api).await, [json!(good), json!(poison)]);
}

#[tokio::test]
async fn a_message_that_names_nothing_fails_alone() {
    let api = Scenario::new().start().await;
    let session = api.create_session().await;
    let order = api.create_order(None).await.ok()["id"].as_str().unwrap().to_owned();
    assert_eq!(bring(&api.server.app, &["{}", &session, "", &order]).await, ["0", "2"]);
    assert_eq!(read(&api, "", 20).await.len(), 2);
}

#[tokio::test]
async fn the_local_server_tries_again_too() {
    let proxy = Proxy::start().await;
    let api = Scenario::new().behind(&proxy).start().await;
    let (poison, good) = (api.create_session().await, api.create_session().await);
    let metadata = proxy.damage("SessionsTable", &json!({"id": {"S": poison}}), "metadata").await;
    for _ in 0..2 {
        assert!(api.server.catch_up().await.is_err());
        assert_eq!(sessions_of(&api).await, [json!(good)]);
    }
    proxy.repair("SessionsTable", &json!({"id": {"S": poison}}), "metadata", &metadata).await;
    api.server.catch_up().await.unwrap();
    assert_eq!(sessions_of(&api).await, [json!(good), json!(poison)]);
}
