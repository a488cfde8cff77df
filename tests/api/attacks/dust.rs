//! Dust: anybody may send thousands of the smallest deposits to an order's address. Fifteen thousand of them made its
//! answer longer than Lambda can carry, and each append read them all.

use serde_json::{Value, json};
use shared::{
    checkout::EvidenceRecord,
    dynamo::{Spent, metered},
    feed::Story,
    kernel::{OrderId, Subject},
};
use tests::{
    client::{Api, USDC},
    proxy::Proxy,
    scenario::Scenario,
};

use crate::{feed::publishing::add_dust, request_log::request};

/// The pieces of evidence from which on dust is folded.
const BOUND: usize = 200;
/// Less than a thousandth of the order's amount.
const DUST: u64 = 999;
/// The deposits of dust that come after the bound.
const MORE: usize = 100;

/// An order with as much dust as it keeps in pieces.
pub(crate) async fn flooded() -> (Proxy, Api, String, String) {
    let proxy = Proxy::start().await;
    let api = Scenario::new().behind(&proxy).start().await;
    let (session, order) = api.create_linked().await;
    api.tell(&order, &api.deposit("first", DUST)).await.ok();
    add_dust(&proxy, &order, BOUND - 1).await;
    (proxy, api, session, order)
}

fn dust(api: &Api, numbers: std::ops::Range<usize>) -> Vec<Value> {
    numbers.map(|number| api.deposit(&format!("dust-{number:04}"), DUST)).collect()
}

async fn cost_of_reading(api: &Api, order: &str) -> Spent {
    let asked = request("GET /orders/{orderId}", "/orders", ("orderId", order), "", &Value::Null);
    let (answer, spent) = metered(get_order::handle(&api.server.app, &asked)).await;
    assert_eq!(answer.status(), 200, "{:?}", answer.body());
    spent
}

/// The cost of each of these deposits.
async fn cost_of_telling(api: &Api, order: &str, pieces: Vec<Value>) -> Vec<Spent> {
    let mut costs = Vec::new();
    for mut piece in pieces {
        piece["orderId"] = order.into();
        let batch = json!({"Records": [{"messageId": "a", "body": piece.to_string()}]});
        let batch = serde_json::from_value(batch).unwrap();
        let (response, spent) = metered(record_payment::handle(&api.server.app, batch)).await;
        assert!(response.batch_item_failures.is_empty());
        costs.push(spent);
    }
    costs
}

async fn folded(api: &Api, order: &str) -> Vec<EvidenceRecord> {
    api.server.app.checkout.folded_deposits(OrderId::parse(order).unwrap()).await.unwrap()
}

async fn events(api: &Api, order: &str) -> usize {
    let subject = Subject::Order(OrderId::parse(order).unwrap());
    let chronicle = api.server.app.checkout.chronicle(subject, api.server.app.clock.now()).await.unwrap();
    Story::of(&chronicle.unwrap()).events_after(0).len()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_order_costs_does_not_grow_with_dust() {
    let (_proxy, api, _, order) = flooded().await;
    cost_of_telling(&api, &order, dust(&api, 0..1)).await;
    let (read, told) = (cost_of_reading(&api, &order).await, events(&api, &order).await);
    let costs = cost_of_telling(&api, &order, dust(&api, 1..MORE)).await;
    let later = cost_of_reading(&api, &order).await;
    assert_eq!((read.round_trips, read.capacity_units), (later.round_trips, later.capacity_units));
    let (first, last) = (costs[0], costs[MORE - 2]);
    assert_eq!((first.round_trips, first.capacity_units), (last.round_trips, last.capacity_units));
    assert_eq!(events(&api, &order).await, told);
}

#[tokio::test(flavor = "multi_thread")]
async fn dust_beyond_the_bound_stays_in_sight_and_pays() {
    let (_proxy, api, session, order) = flooded().await;
    cost_of_telling(&api, &order, dust(&api, 0..MORE)).await;
    // Told again, and at once.
    let again = dust(&api, 0..3);
    api.tell(&order, &json!([again.clone(), again].concat())).await.ok();
    let seen = api.order(&order).await;
    assert_eq!(seen["depositTxs"].as_array().unwrap().len(), BOUND);
    let amount = DUST * MORE as u64;
    let sums = json!([{"chain": 8453, "tokenAddress": USDC, "amount": amount.to_string()}]);
    assert_eq!(seen["foldedDeposits"], json!({"count": MORE, "late": false, "amounts": sums}));
    let kept = folded(&api, &order).await;
    assert!(kept.len() == MORE && kept.iter().all(EvidenceRecord::is_deposit));

    // A reorganisation removes one, and tells so twice.
    let gone = |id: &str| json!({"id": id, "kind": "withdrawn", "occurredAt": 5, "evidence": "dust-0003"});
    let seen = api.tell(&order, &json!([gone("w"), gone("x")])).await.ok();
    assert_eq!(seen["foldedDeposits"]["amounts"][0]["amount"], (amount - DUST).to_string());
    assert_eq!(folded(&api, &order).await.len(), MORE);

    // The last deposit that the payment needs is a piece, told by an event, and the payment has its time.
    let missing = 1_000_000 - DUST * BOUND as u64 - (amount - DUST);
    let short = api.tell(&order, &api.deposit("almost", missing - 1)).await.ok();
    assert_eq!(short["order"]["status"], "scanning_deposit_transaction");
    let told = events(&api, &order).await;
    let last = api.deposit("last", 1);
    let paid = api.tell(&order, &last).await.ok();
    assert_eq!(
        (&paid["order"]["status"], &paid["order"]["receivedDepositAt"]),
        (&json!("executing"), &last["occurredAt"])
    );
    assert_eq!(api.session(&session).await.status(), "processing");
    assert_eq!(events(&api, &order).await, told + 2);

    // Excess dust of a paid order, and of an ended one.
    cost_of_telling(&api, &order, dust(&api, MORE..MORE + 2)).await;
    api.tell(&order, &tests::client::executed("e", api.now())).await.ok();
    cost_of_telling(&api, &order, dust(&api, MORE + 2..MORE + 4)).await;
    let seen = api.order(&order).await;
    assert_eq!((seen.status(), &seen["order"]["errorDetails"]), ("executed", &json!("LATE_DEPOSIT")));
    // The first late one is a piece.
    assert_eq!(
        (&seen["foldedDeposits"]["count"], &seen["foldedDeposits"]["late"]),
        (&json!(MORE + 3), &json!(true))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn dust_that_comes_at_once_is_all_counted() {
    let (_proxy, api, _, order) = flooded().await;
    let app = &api.server.app;
    let all = dust(&api, 0..8).into_iter().chain(dust(&api, 0..8)).map(|mut piece| {
        piece["orderId"] = order.as_str().into();
        let evidence = serde_json::from_value(piece).unwrap();
        async move { app.checkout.append(&evidence, app.clock.now()).await.unwrap() }
    });
    futures_util::future::join_all(all).await;
    assert_eq!(api.order(&order).await["foldedDeposits"]["count"], 8);
    assert_eq!(folded(&api, &order).await.len(), 8);
}
