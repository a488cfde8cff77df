//! Merchants' endpoints that hang, on an account that may run ten functions at the same time.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use delivery::{Courier, Notification, Worker};
use futures_util::future::join_all;
use serde_json::json;
use shared::kernel::{EndpointId, Owner};
use tests::{
    client::Api,
    receiver::{Manner, Receiver},
    scenario::Scenario,
};
use tokio::{sync::Semaphore, task::JoinSet};

use crate::{
    feed::Broken,
    request_log::request,
    template::{Load, at_once, concurrency, throttle},
};

/// The time that an attempt waits for an endpoint.
const ATTEMPT_SECONDS: f64 = 15.0;

/// As many as a merchant may have.
const ENDPOINTS: usize = 16;

const TEST: &str = "POST /webhook-endpoints/{endpointId}/test";
const REDELIVER: &str = "POST /webhook-endpoints/{endpointId}/deliveries/{deliveryId}/redeliver";

/// The account's executions: each call of a function holds one until it returns.
#[derive(Clone)]
struct Account(Arc<Semaphore>);

impl Account {
    /// Calls a function, as soon as one more may run.
    async fn call<T>(&self, work: impl Future<Output = T>) -> T {
        let _held = self.0.acquire().await.unwrap();
        work.await
    }
}

/// Sixteen endpoints that hang, each with a due delivery.
async fn hanging_endpoints(api: &Api, receiver: &Receiver) -> Vec<EndpointId> {
    let create = (0..ENDPOINTS).map(async |_| {
        let created = api.post("/webhook-endpoints", &json!({"url": receiver.url})).await.ok();
        EndpointId::parse(created["id"].as_str().unwrap()).unwrap()
    });
    let endpoints = join_all(create).await;
    api.create_session().await;
    for batch in api.server.read_streams().await.unwrap() {
        if let Ok(batch) = publish_events::Batch::parse(batch.event) {
            publish_events::handle(&api.server.app, &Broken, batch).await;
        }
    }
    let end = Instant::now() + Duration::from_secs(30);
    let queues = api.server.queues.clone();
    delivery::queue_deliveries(&api.server.app, queues.as_ref(), &Owner::default(), end).await.unwrap();
    assert_eq!(queues.take_notifications().len(), ENDPOINTS);
    endpoints
}

/// The merchant's calls of a route that waits for the endpoint: those that its throttle lets through at once and while
/// the first still wait.
fn calls(route: &str, account: Load) -> usize {
    at_once(throttle(route, account).expect(route), ATTEMPT_SECONDS)
}

async fn deposit(api: &Api, order: &str) {
    let mut piece = api.deposit("a", 1_000_000);
    piece["orderId"] = order.into();
    let batch = json!({"Records": [{"messageId": "a", "body": piece.to_string()}]});
    let batch = serde_json::from_value(batch).unwrap();
    let response = record_payment::handle(&api.server.app, batch).await;
    assert!(response.batch_item_failures.is_empty());
}

#[tokio::test]
async fn endpoints_that_hang_leave_an_account_of_ten_room_for_payments_and_buyers() {
    let api = Scenario::new().start().await;
    let (session, order) = api.create_linked().await;
    let receiver = Receiver::start().await;
    receiver.behave(Manner::Hangs);
    let endpoints = hanging_endpoints(&api, &receiver).await;
    let load = Load::SMALLEST;
    let account = Account(Arc::new(Semaphore::new(load.0)));

    // The functions that a schedule runs for half a minute or all the time.
    let scheduled = ["ExpireOverdue", "RetryDeliveries", "WatchDeposits", "SweepDeposits"].len();
    account.0.acquire_many(scheduled.try_into().unwrap()).await.unwrap().forget();
    // Lambda starts one delivery worker for each notification, as many as the event source may have.
    let workers = concurrency("DeliverWebhooks", "Due", load);
    let pollers = Arc::new(Semaphore::new(workers.unwrap_or(1000)));
    let worker = Worker::new(Courier::new(api.server.app.clone()).unwrap(), api.server.queues.clone());
    let mut running = JoinSet::new();
    for endpoint in &endpoints {
        let (account, pollers, worker) = (account.clone(), pollers.clone(), worker.clone());
        let notification = Notification { owner: Owner::default(), endpoint: *endpoint, delivery: None };
        running.spawn(async move {
            let _polled = pollers.acquire().await.unwrap();
            let end = Instant::now() + Duration::from_secs(30);
            account.call(worker.work(&notification, end)).await.unwrap();
        });
    }
    // At the same time the merchant calls what waits for the endpoint as often as the throttles allow.
    let calls = calls(TEST, load) + calls(REDELIVER, load);
    for endpoint in endpoints.iter().cycle().take(calls) {
        // A redelivery waits as long as a test.
        let asked = request(TEST, "/", ("endpointId", &endpoint.to_string()), "", &json!({}));
        let (account, app) = (account.clone(), api.server.app.clone());
        let courier = Courier::new(app.clone()).unwrap();
        running.spawn(async move {
            account.call(test_webhook_endpoint::handle(&app, &courier, &asked)).await;
        });
    }
    receiver.has_got(workers.unwrap_or(1000).min(ENDPOINTS).min(load.0 - scheduled)).await;

    let payment = tokio::time::timeout(Duration::from_secs(5), account.call(deposit(&api, &order)));
    payment.await.expect("an execution for record-payment");
    let poll = tokio::time::timeout(Duration::from_secs(5), account.call(api.session(&session)));
    assert_eq!(poll.await.expect("an execution for the API").status(), "processing");
}
