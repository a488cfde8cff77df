//! Settling against trouble: fees, an empty purse, recipients that refuse, payments that are gone.
//!
//! Here nothing looks at the chain by itself: each look is made by hand.

use std::{pin::pin, task::Poll};

use chain::{Purse, Settler};
use serde_json::{Value, json};

use crate::{
    anvil::{FACTORY, GAS_ACCOUNT, GAS_KEY, RICH},
    scene::Scene,
    shop::{NATIVE, Shop, deposit_statuses},
};

#[tokio::test]
async fn a_payment_is_seen_within_one_look_and_executed_by_the_first_that_finds_it_final() {
    let mut scene = Scene::set(json!({})).await;
    let order = scene.shop.sell().await;
    scene.look().await;
    scene.pay(&order).await;
    scene.look().await;
    assert_eq!(scene.status(&order).await, "executing");
    scene.shop.anvil.mine(2).await;
    scene.look().await; // Confirms, and sends the flush.
    scene.shop.anvil.mine(2).await;
    scene.look().await;
    assert_eq!(scene.status(&order).await, "executed");
    assert_eq!(scene.gas_transactions("latest").await, 1);
}

#[tokio::test]
async fn without_a_gas_key_the_confirmed_deposit_executes() {
    let mut scene = Scene::of(Shop::unattended(None, json!({})).await);
    let order = scene.shop.sell().await;
    let receipt = scene.shop.anvil.mint(&scene.shop.anvil.token, &order.address, 1_000_000).await;
    for _ in 0..2 {
        scene.look().await;
        assert_eq!(scene.status(&order).await, "executing");
        assert_eq!(scene.shop.api.session(&order.session).await["status"], "processing");
        scene.shop.anvil.mine(1).await;
    }
    scene.look().await;
    let seen = scene.shop.api.order(&order.id).await;
    assert_eq!(seen["order"]["status"], "executed");
    assert_eq!(scene.shop.api.session(&order.session).await["status"], "complete");
    assert_eq!(seen["executeTx"]["txHash"], receipt["transactionHash"]);
    assert_eq!(seen["order"]["settlement"]["actualDstAmount"], "1000000");
    // Anybody can pass it on, and only to the recipient.
    assert_eq!(scene.shop.anvil.balance(&scene.shop.anvil.token, &order.address).await, 1_000_000);
}

#[tokio::test]
async fn what_has_been_flushed_before_counts_as_delivered_too() {
    for (first, rest) in [(600_000, 400_000), (1_000_000, 1)] {
        let mut scene = Scene::set(json!({})).await;
        let (order, token) = (scene.shop.sell().await, scene.shop.anvil.token.clone());
        scene.shop.anvil.mint(&token, &order.address, first).await;
        scene.shop.anvil.flush(&order, &token).await;
        scene.shop.anvil.mint(&token, &order.address, rest).await;
        scene.look().await;
        scene.settle().await;
        let seen = scene.shop.api.order(&order.id).await;
        assert_eq!(seen["order"]["settlement"]["actualDstAmount"], (first + rest).to_string());
        assert_eq!(scene.shop.anvil.balance(&token, &order.recipient).await, u128::from(first + rest));
        assert_eq!(scene.gas_transactions("latest").await, 1);
    }
}

#[tokio::test]
async fn an_order_waits_for_weeks_where_nothing_pays_for_gas() {
    let mut scene = Scene::set(json!({})).await;
    let order = scene.shop.sell().await;
    scene.shop.anvil.rpc("anvil_setBalance", json!([GAS_ACCOUNT, "0x0"])).await;
    scene.pay(&order).await;
    scene.look().await;
    scene.shop.anvil.mine(2).await;
    assert!(scene.watcher.look().await.unwrap());
    scene.settler.look().await.unwrap_err();
    // Long after all that is put away for a week.
    scene.shop.api.advance_clock(30.0 * 24.0 * 3600.0).await;
    scene.settler.look().await.unwrap_err();
    scene.shop.anvil.rpc("anvil_setBalance", json!([GAS_ACCOUNT, "0xde0b6b3a7640000"])).await;
    scene.settle().await;
    assert_eq!(scene.status(&order).await, "executed");
}

#[tokio::test]
async fn no_gas_is_spent_on_what_another_factory_has_to_flush() {
    let mut scene = Scene::set(json!({})).await;
    let order = scene.shop.sell().await;
    scene.pay(&order).await;
    let factory = scene.shop.anvil.deploy_factory(&"11".repeat(32)).await;
    let purse = Purse::new(GAS_KEY, factory.parse().unwrap()).unwrap();
    scene.settler = Settler::new(scene.shop.api.server.chain_tools[0].clone(), Some(purse));
    scene.look().await;
    scene.settle().await;
    assert_eq!(scene.gas_transactions("pending").await, 0);
    assert_eq!(scene.status(&order).await, "executing");
    scene.shop.anvil.flush(&order, &scene.shop.anvil.token).await;
    scene.shop.api.advance_clock(600.0).await;
    scene.settle().await;
    assert_eq!(scene.status(&order).await, "executed");
}

#[tokio::test]
async fn a_stuck_transaction_is_replaced_by_one_that_pays_more() {
    let mut scene = Scene::set(json!({})).await;
    let order = scene.shop.sell().await;
    scene.pay(&order).await;
    scene.look().await;
    scene.shop.anvil.mine(2).await;
    scene.shop.anvil.rpc("evm_setAutomine", json!([false])).await;
    scene.look().await;
    let [first] = &scene.pending().await[..] else { panic!("one transaction waits") };
    scene.look().await;
    assert_eq!(scene.pending().await[0]["hash"], first["hash"]);
    scene.shop.api.advance_clock(31.0).await;
    scene.look().await;
    let [second] = &scene.pending().await[..] else { panic!("one transaction waits") };
    assert_eq!((&second["nonce"], &second["from"]), (&first["nonce"], &first["from"]));
    let fee = |transaction: &Value| {
        u128::from_str_radix(&transaction["maxFeePerGas"].as_str().unwrap()[2..], 16).unwrap()
    };
    assert!(fee(second) * 100 >= fee(first) * 110, "{} {}", fee(first), fee(second));
    scene.settle().await;
    assert_eq!(scene.shop.api.order(&order.id).await["executeTx"]["txHash"], second["hash"]);
    assert_eq!(scene.gas_transactions("latest").await, 1);
}

#[tokio::test]
async fn gas_that_costs_too_much_is_waited_out() {
    let mut scene = Scene::set(json!({"max_fee_per_gas": "3000000000"})).await;
    let order = scene.shop.sell().await;
    scene.pay(&order).await;
    scene.look().await;
    scene.shop.anvil.rpc("anvil_setNextBlockBaseFeePerGas", json!(["0xb2d05e00"])).await;
    scene.shop.anvil.mine(1).await;
    scene.shop.anvil.rpc("anvil_setNextBlockBaseFeePerGas", json!(["0xb2d05e00"])).await;
    scene.shop.anvil.mine(1).await;
    scene.look().await;
    assert_eq!(scene.gas_transactions("pending").await, 0);
    assert_eq!(scene.status(&order).await, "executing");
    // Empty blocks make gas cheaper, by an eighth each.
    scene.shop.anvil.mine(12).await;
    scene.settle().await;
    assert_eq!(scene.status(&order).await, "executed");
}

#[tokio::test]
async fn an_empty_purse_delays_and_loses_nothing() {
    let mut scene = Scene::set(json!({})).await;
    let order = scene.shop.sell().await;
    scene.shop.anvil.rpc("anvil_setBalance", json!([GAS_ACCOUNT, "0x0"])).await;
    scene.pay(&order).await;
    scene.look().await;
    scene.shop.anvil.mine(2).await;
    assert!(scene.watcher.look().await.unwrap());
    let problem = scene.settler.look().await.unwrap_err().to_string();
    assert!(problem.to_lowercase().contains(GAS_ACCOUNT), "{problem}");
    assert_eq!(scene.status(&order).await, "executing");
    scene.shop.anvil.rpc("anvil_setBalance", json!([GAS_ACCOUNT, "0xde0b6b3a7640000"])).await;
    scene.settle().await;
    assert_eq!(scene.status(&order).await, "executed");
    assert_eq!(scene.shop.anvil.balance(&scene.shop.anvil.token, &order.recipient).await, 1_000_000);
}

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
    scene.look().await;
    scene.settle().await;
    assert_eq!(scene.status(&other).await, "executed");
    assert_eq!(scene.status(&refusing).await, "executing");
    assert_eq!(scene.gas_transactions("latest").await, 1);

    scene.shop.anvil.rpc("anvil_setCode", json!([refusing.recipient, "0x"])).await;
    scene.shop.api.advance_clock(600.0).await;
    scene.settle().await;
    assert_eq!(scene.status(&refusing).await, "executed");
}

#[tokio::test]
async fn what_is_refused_for_a_day_has_failed() {
    let mut scene = Scene::set(json!({})).await;
    let order = scene.shop.sell_for(NATIVE, 1000).await;
    scene.shop.anvil.rpc("anvil_setCode", json!([order.recipient, "0x60006000fd"])).await;
    scene.shop.anvil.send(json!({"to": order.address, "value": "0x3e8"})).await;
    scene.look().await;
    scene.settle().await;
    assert_eq!(scene.status(&order).await, "executing");
    scene.shop.api.advance_clock(24.0 * 3600.0).await;
    scene.settle().await;
    let seen = scene.shop.api.order(&order.id).await;
    assert_eq!(seen["order"]["status"], "failure");
    assert!(seen["order"]["errorDetails"].as_str().unwrap().contains("refuses the transfer"));
    assert_eq!(scene.shop.api.session(&order.session).await["expired_reason"], "payment_failed");
}

#[tokio::test]
async fn an_order_whose_payment_is_gone_for_good_has_failed_once_it_is_watched_no_more() {
    let mut scene = Scene::set(json!({})).await;
    let order = scene.shop.sell().await;
    scene.pay(&order).await;
    scene.look().await;
    scene.shop.anvil.reorganise(1, &[]).await;
    scene.shop.anvil.mine(1).await;
    scene.look().await;
    assert_eq!(deposit_statuses(&scene.shop.api.order(&order.id).await), ["withdrawn"]);
    scene.settle().await;
    assert_eq!(scene.status(&order).await, "executing");
    scene.shop.api.advance_clock(26.0 * 3600.0).await;
    scene.settle().await;
    let seen = scene.shop.api.order(&order.id).await;
    assert_eq!(seen["order"]["status"], "failure");
    assert!(seen["order"]["errorDetails"].as_str().unwrap().contains("reorganisation"));
}

#[tokio::test]
async fn nothing_is_sent_where_there_is_no_factory() {
    let mut scene = Scene::set(json!({})).await;
    let order = scene.shop.sell().await;
    let code = scene.shop.anvil.rpc("eth_getCode", json!([FACTORY, "latest"])).await;
    scene.shop.anvil.rpc("anvil_setCode", json!([FACTORY, "0x"])).await;
    scene.pay(&order).await;
    scene.look().await;
    scene.shop.anvil.mine(2).await;
    assert!(scene.watcher.look().await.unwrap());
    assert!(scene.settler.look().await.unwrap_err().to_string().contains("no factory"));
    assert_eq!(scene.gas_transactions("pending").await, 0);
    scene.shop.anvil.rpc("anvil_setCode", json!([FACTORY, code])).await;
    scene.settle().await;
    assert_eq!(scene.status(&order).await, "executed");
}

#[tokio::test]
async fn a_recipient_that_wants_more_gas_than_an_order_may_spend_gets_no_transaction() {
    let mut scene = Scene::set(json!({"flush_gas": 200_000})).await;
    let order = scene.shop.sell_for(NATIVE, 1000).await;
    // Jumps back to its beginning, for ever.
    scene.shop.anvil.rpc("anvil_setCode", json!([order.recipient, "0x5b600056"])).await;
    scene.shop.anvil.send(json!({"to": order.address, "value": "0x3e8"})).await;
    scene.look().await;
    scene.settle().await;
    assert_eq!(scene.status(&order).await, "executing");
    assert_eq!(scene.gas_transactions("pending").await, 0);
}

#[tokio::test]
async fn a_flush_that_fails_in_its_block_is_paid_for_five_times_at_most() {
    let mut scene = Scene::set(json!({})).await;
    let order = scene.shop.sell_for(NATIVE, 1000).await;
    // Takes money at the price of gas that a mere question has, which is none.
    scene.shop.anvil.rpc("anvil_setCode", json!([order.recipient, "0x3a15600a5760006000fd5b00"])).await;
    scene.shop.anvil.send(json!({"to": order.address, "value": "0x3e8"})).await;
    scene.look().await;
    for _ in 0..6 {
        scene.shop.anvil.mine(2).await;
        scene.shop.api.advance_clock(5.0).await;
        scene.look().await;
    }
    assert_eq!(scene.status(&order).await, "executing");
    assert_eq!(scene.gas_transactions("latest").await, 1);
    for _ in 0..8 {
        scene.shop.api.advance_clock(300.0).await;
        scene.settle().await;
    }
    assert_eq!(scene.status(&order).await, "failure");
    assert_eq!(scene.gas_transactions("latest").await, 5);
}

#[tokio::test]
async fn a_transaction_that_failed_counts_once_however_often_it_is_looked_at() {
    let mut scene = Scene::set(json!({})).await;
    let order = scene.shop.sell_for(NATIVE, 1000).await;
    scene.shop.anvil.rpc("anvil_setCode", json!([order.recipient, "0x3a15600a5760006000fd5b00"])).await;
    scene.shop.anvil.send(json!({"to": order.address, "value": "0x3e8"})).await;
    scene.look().await;
    for _ in 0..4 {
        scene.shop.anvil.mine(2).await;
        scene.shop.api.advance_clock(301.0).await;
        scene.look().await; // Sends.
        scene.shop.anvil.mine(2).await;
        let mut polls = 1;
        loop {
            scene.shop.api.advance_clock(31.0).await;
            if ends_within(polls, scene.settler_of_its_own().look()).await {
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
async fn what_is_flushed_before_our_transaction_in_its_block_executes_the_order() {
    let mut scene = Scene::set(json!({})).await;
    let (order, token) = (scene.shop.sell().await, scene.shop.anvil.token.clone());
    scene.pay(&order).await;
    scene.look().await;
    scene.shop.anvil.mine(2).await;
    scene.shop.anvil.rpc("evm_setAutomine", json!([false])).await;
    scene.look().await;
    assert_eq!(scene.pending().await.len(), 1);
    let mut flush = scene.shop.anvil.flushing(&order, &token);
    (flush["gas"], flush["gasPrice"]) = (json!("0x7a120"), json!("0x174876e800"));
    let first = scene.shop.anvil.rpc("eth_sendTransaction", json!([flush])).await;
    scene.shop.anvil.mine(1).await;
    scene.shop.anvil.rpc("evm_setAutomine", json!([true])).await;
    // As if there were still something to be had.
    scene.shop.anvil.mint(&token, &order.address, 1).await;
    scene.settle().await;
    let seen = scene.shop.api.order(&order.id).await;
    assert_eq!((&seen["order"]["status"], &seen["executeTx"]["txHash"]), (&json!("executed"), &first));
    assert_eq!(scene.gas_transactions("latest").await, 1);
}

#[tokio::test]
async fn a_day_of_refusals_is_counted_from_the_last_time_that_there_was_none() {
    let mut scene = Scene::set(json!({})).await;
    let order = scene.shop.sell_for(NATIVE, 1000).await;
    let refuse = json!([order.recipient, "0x60006000fd"]);
    scene.shop.anvil.rpc("anvil_setCode", refuse.clone()).await;
    scene.shop.anvil.send(json!({"to": order.address, "value": "0x3e8"})).await;
    scene.look().await;
    scene.settle().await;
    // It would pass now, but gas cannot be paid for.
    scene.shop.anvil.rpc("anvil_setCode", json!([order.recipient, "0x"])).await;
    scene.shop.anvil.rpc("anvil_setBalance", json!([GAS_ACCOUNT, "0x0"])).await;
    scene.shop.api.advance_clock(600.0).await;
    scene.settler.look().await.unwrap_err();
    scene.shop.api.advance_clock(25.0 * 3600.0).await;
    scene.shop.anvil.rpc("anvil_setCode", refuse).await;
    scene.look().await;
    assert_eq!(scene.status(&order).await, "executing");
}

#[tokio::test]
async fn a_transaction_of_a_key_that_is_gone_holds_nobody_up_for_long() {
    let mut scene = Scene::set(json!({})).await;
    let order = scene.shop.sell().await;
    scene.pay(&order).await;
    scene.look().await;
    scene.shop.anvil.mine(2).await;
    scene.shop.anvil.rpc("evm_setAutomine", json!([false])).await;
    scene.look().await;
    let waiting = scene.pending().await[0]["hash"].clone();
    scene.shop.anvil.rpc("anvil_dropAllTransactions", json!([])).await;
    scene.shop.anvil.rpc("anvil_setBalance", json!([GAS_ACCOUNT, "0x0"])).await;
    // Another key from now on.
    let other = Purse::new(&"11".repeat(32), FACTORY.parse().unwrap()).unwrap();
    let account = format!("{:#x}", other.account());
    scene.shop.anvil.rpc("anvil_setBalance", json!([account, "0xde0b6b3a7640000"])).await;
    let tools = scene.shop.api.server.chain_tools[0].clone();
    scene.settler = Settler::new(tools, Some(other));
    scene.look().await;
    assert!(scene.pending().await.is_empty());
    scene.shop.api.advance_clock(601.0).await;
    scene.settle().await;
    assert_eq!(scene.status(&order).await, "executed");
    assert_ne!(scene.shop.api.order(&order.id).await["executeTx"]["txHash"], waiting);
}
