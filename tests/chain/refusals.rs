//! Recipients that refuse, in calls or only in blocks, and the gas that they may cost.

use std::{pin::pin, task::Poll};

use serde_json::json;

use crate::{
    anvil::{GAS_ACCOUNT, RICH},
    scene::Scene,
    shop::NATIVE,
};

#[tokio::test]
async fn a_recipient_that_refuses_holds_nobody_up_and_costs_no_gas() {
    let mut scene = Scene::set(json!({})).await;
    let refusing = scene.shop.sell_for(NATIVE, 1000).await;
    let other = scene.shop.sell_for(NATIVE, 1000).await;
    // `revert(0, 0)`
    scene.shop.anvil.rpc("anvil_setCode", json!([refusing.recipient, "0x60006000fd"])).await;
    for order in [&refusing, &other] {
        scene.shop.anvil.send(json!({"from": RICH, "to": order.address, "value": "0x3e8"})).await;
    }
    scene.poll().await;
    scene.go_on().await;
    assert_eq!(scene.status(&other).await, "executed");
    assert_eq!(scene.status(&refusing).await, "executing");
    assert_eq!(scene.gas_transactions("latest").await, 1);

    scene.shop.anvil.rpc("anvil_setCode", json!([refusing.recipient, "0x"])).await;
    scene.shop.api.advance_clock(600.0).await;
    scene.go_on().await;
    assert_eq!(scene.status(&refusing).await, "executed");
}

#[tokio::test]
async fn what_is_refused_for_a_day_has_failed() {
    let mut scene = Scene::set(json!({})).await;
    let order = scene.shop.sell_for(NATIVE, 1000).await;
    scene.shop.anvil.rpc("anvil_setCode", json!([order.recipient, "0x60006000fd"])).await;
    scene.shop.anvil.send(json!({"to": order.address, "value": "0x3e8"})).await;
    scene.poll().await;
    scene.go_on().await;
    assert_eq!(scene.status(&order).await, "executing");
    scene.shop.api.advance_clock(24.0 * 3600.0).await;
    scene.go_on().await;
    let seen = scene.shop.api.order(&order.id).await;
    assert_eq!(seen["order"]["status"], "failure");
    assert!(seen["order"]["errorDetails"].as_str().unwrap().contains("refuses the transfer"));
    assert_eq!(scene.shop.api.session(&order.session).await.expired_reason(), Some("payment_failed"));
}

#[tokio::test]
async fn a_recipient_that_wants_more_gas_than_an_order_may_spend_gets_no_transaction() {
    let mut scene = Scene::set(json!({"flush_gas": 200_000})).await;
    let order = scene.shop.sell_for(NATIVE, 1000).await;
    // Jumps back to its beginning, for ever.
    scene.shop.anvil.rpc("anvil_setCode", json!([order.recipient, "0x5b600056"])).await;
    scene.shop.anvil.send(json!({"to": order.address, "value": "0x3e8"})).await;
    scene.poll().await;
    scene.go_on().await;
    assert_eq!(scene.status(&order).await, "executing");
    assert_eq!(scene.gas_transactions("pending").await, 0);
}

#[tokio::test]
async fn a_sweep_that_fails_in_its_block_is_paid_for_five_times_at_most() {
    let mut scene = Scene::set(json!({})).await;
    let order = scene.shop.sell_for(NATIVE, 1000).await;
    // Takes money at the price of gas that a mere question has, which is none.
    scene.shop.anvil.rpc("anvil_setCode", json!([order.recipient, "0x3a15600a5760006000fd5b00"])).await;
    scene.shop.anvil.send(json!({"to": order.address, "value": "0x3e8"})).await;
    scene.poll().await;
    for _ in 0..6 {
        scene.shop.anvil.mine(2).await;
        scene.shop.api.advance_clock(5.0).await;
        scene.poll().await;
    }
    assert_eq!(scene.status(&order).await, "executing");
    assert_eq!(scene.gas_transactions("latest").await, 1);
    for _ in 0..8 {
        scene.shop.api.advance_clock(300.0).await;
        scene.go_on().await;
    }
    assert_eq!(scene.status(&order).await, "failure");
    assert_eq!(scene.gas_transactions("latest").await, 5);
}

#[tokio::test]
async fn a_transaction_that_failed_counts_once_however_often_it_is_concluded() {
    let mut scene = Scene::set(json!({})).await;
    let order = scene.shop.sell_for(NATIVE, 1000).await;
    scene.shop.anvil.rpc("anvil_setCode", json!([order.recipient, "0x3a15600a5760006000fd5b00"])).await;
    scene.shop.anvil.send(json!({"to": order.address, "value": "0x3e8"})).await;
    scene.poll().await;
    for _ in 0..4 {
        scene.shop.anvil.mine(2).await;
        scene.shop.api.advance_clock(301.0).await;
        scene.poll().await; // Sends.
        scene.shop.anvil.mine(2).await;
        let mut polls = 1;
        loop {
            scene.shop.api.advance_clock(31.0).await;
            if ends_within(polls, scene.sweeper_of_its_own().poll()).await {
                break;
            }
            polls += 1;
        }
        scene.shop.api.advance_clock(31.0).await;
    }
    let sent = scene.gas_transactions("latest").await;
    assert!((3..5).contains(&sent), "{sent}");
    assert_eq!(scene.status(&order).await, "executing");
}

/// Polls a future so often, if it does not end before, and drops it.
async fn ends_within(polls: usize, future: impl Future) -> bool {
    let (mut future, mut polled) = (pin!(future), 0);
    std::future::poll_fn(|context| {
        polled += 1;
        match future.as_mut().poll(context) {
            Poll::Ready(_) => Poll::Ready(true),
            Poll::Pending if polled == polls => Poll::Ready(false),
            Poll::Pending => Poll::Pending,
        }
    })
    .await
}

#[tokio::test]
async fn a_day_of_refusals_is_counted_from_the_last_time_that_there_was_none() {
    let mut scene = Scene::set(json!({})).await;
    let order = scene.shop.sell_for(NATIVE, 1000).await;
    let refuse = json!([order.recipient, "0x60006000fd"]);
    scene.shop.anvil.rpc("anvil_setCode", refuse.clone()).await;
    scene.shop.anvil.send(json!({"to": order.address, "value": "0x3e8"})).await;
    scene.poll().await;
    scene.go_on().await;
    // It would pass now, but gas cannot be paid for.
    scene.shop.anvil.rpc("anvil_setCode", json!([order.recipient, "0x"])).await;
    scene.shop.anvil.rpc("anvil_setBalance", json!([GAS_ACCOUNT, "0x0"])).await;
    scene.shop.api.advance_clock(600.0).await;
    scene.sweeper.poll().await.unwrap_err();
    scene.shop.api.advance_clock(25.0 * 3600.0).await;
    scene.shop.anvil.rpc("anvil_setCode", refuse).await;
    scene.poll().await;
    assert_eq!(scene.status(&order).await, "executing");
}
