//! Sweeping against trouble: fees, an empty gas wallet, sweeps by others, payments that are gone.
//!
//! Each poll is made by hand.

use chain::{GasWallet, Sweeper};
use serde_json::{Value, json};

use crate::{
    anvil::{FACTORY, GAS_ACCOUNT, GAS_KEY},
    scene::Scene,
    shop::{Shop, deposit_statuses},
};

#[tokio::test]
async fn a_payment_is_seen_within_one_poll_and_executed_by_the_first_that_finds_it_final() {
    let mut scene = Scene::set(json!({})).await;
    let order = scene.shop.sell().await;
    scene.poll().await;
    scene.pay(&order).await;
    scene.poll().await;
    assert_eq!(scene.status(&order).await, "executing");
    scene.shop.anvil.mine(2).await;
    scene.poll().await; // Confirms, and sends the sweep.
    scene.shop.anvil.mine(2).await;
    scene.poll().await;
    assert_eq!(scene.status(&order).await, "executed");
    assert_eq!(scene.gas_transactions("latest").await, 1);
}

#[tokio::test]
async fn without_a_gas_key_the_confirmed_deposit_executes() {
    let mut scene = Scene::of(Shop::unattended(None, json!({})).await);
    let order = scene.shop.sell().await;
    let receipt = scene.shop.anvil.mint(&scene.shop.anvil.token, &order.address, 1_000_000).await;
    for _ in 0..2 {
        scene.poll().await;
        assert_eq!(scene.status(&order).await, "executing");
        assert_eq!(scene.shop.api.session(&order.session).await.status(), "processing");
        scene.shop.anvil.mine(1).await;
    }
    scene.poll().await;
    let seen = scene.shop.api.order(&order.id).await;
    assert_eq!(seen["order"]["status"], "executed");
    assert_eq!(scene.shop.api.session(&order.session).await.status(), "complete");
    assert_eq!(seen["executeTx"]["txHash"], receipt["transactionHash"]);
    assert_eq!(seen["order"]["settlement"]["actualDstAmount"], "1000000");
    // Anybody can pass it on, and only to the recipient.
    assert_eq!(scene.shop.anvil.balance(&scene.shop.anvil.token, &order.address).await, 1_000_000);
}

#[tokio::test]
async fn what_has_been_swept_before_counts_as_delivered_too() {
    for (first, rest) in [(600_000, 400_000), (1_000_000, 1)] {
        let mut scene = Scene::set(json!({})).await;
        let (order, token) = (scene.shop.sell().await, scene.shop.anvil.token.clone());
        scene.shop.anvil.mint(&token, &order.address, first).await;
        scene.shop.anvil.sweep(&order, &token).await;
        scene.shop.anvil.mint(&token, &order.address, rest).await;
        scene.poll().await;
        scene.go_on().await;
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
    scene.poll().await;
    scene.shop.anvil.mine(2).await;
    assert!(scene.watcher.poll().await.unwrap());
    scene.sweeper.poll().await.unwrap_err();
    // Long after all that is put away for a week.
    scene.shop.api.advance_clock(30.0 * 24.0 * 3600.0).await;
    scene.sweeper.poll().await.unwrap_err();
    scene.shop.anvil.rpc("anvil_setBalance", json!([GAS_ACCOUNT, "0xde0b6b3a7640000"])).await;
    scene.go_on().await;
    assert_eq!(scene.status(&order).await, "executed");
}

#[tokio::test]
async fn no_gas_is_spent_on_what_another_factory_has_to_sweep() {
    let mut scene = Scene::set(json!({})).await;
    let order = scene.shop.sell().await;
    scene.pay(&order).await;
    let factory = scene.shop.anvil.deploy_factory(&"11".repeat(32)).await;
    let wallet = GasWallet::new(GAS_KEY, factory.parse().unwrap()).unwrap();
    scene.sweeper = Sweeper::new(scene.shop.api.server.chain_contexts[0].clone(), Some(wallet));
    scene.poll().await;
    scene.go_on().await;
    assert_eq!(scene.gas_transactions("pending").await, 0);
    assert_eq!(scene.status(&order).await, "executing");
    scene.shop.anvil.sweep(&order, &scene.shop.anvil.token).await;
    scene.shop.api.advance_clock(600.0).await;
    scene.go_on().await;
    assert_eq!(scene.status(&order).await, "executed");
}

#[tokio::test]
async fn a_stuck_transaction_is_replaced_by_one_that_pays_more() {
    let mut scene = Scene::set(json!({})).await;
    let order = scene.shop.sell().await;
    scene.pay(&order).await;
    scene.poll().await;
    scene.shop.anvil.mine(2).await;
    scene.shop.anvil.rpc("evm_setAutomine", json!([false])).await;
    scene.poll().await;
    let [first] = &scene.pending().await[..] else { panic!("one transaction waits") };
    scene.poll().await;
    assert_eq!(scene.pending().await[0]["hash"], first["hash"]);
    scene.shop.api.advance_clock(31.0).await;
    scene.poll().await;
    let [second] = &scene.pending().await[..] else { panic!("one transaction waits") };
    assert_eq!((&second["nonce"], &second["from"]), (&first["nonce"], &first["from"]));
    let fee = |transaction: &Value| {
        u128::from_str_radix(&transaction["maxFeePerGas"].as_str().unwrap()[2..], 16).unwrap()
    };
    assert!(fee(second) * 100 >= fee(first) * 110, "{} {}", fee(first), fee(second));
    scene.go_on().await;
    assert_eq!(scene.shop.api.order(&order.id).await["executeTx"]["txHash"], second["hash"]);
    assert_eq!(scene.gas_transactions("latest").await, 1);
}

#[tokio::test]
async fn gas_that_costs_too_much_is_waited_out() {
    let mut scene = Scene::set(json!({"max_fee_per_gas": "3000000000"})).await;
    let order = scene.shop.sell().await;
    scene.pay(&order).await;
    scene.poll().await;
    scene.shop.anvil.rpc("anvil_setNextBlockBaseFeePerGas", json!(["0xb2d05e00"])).await;
    scene.shop.anvil.mine(1).await;
    scene.shop.anvil.rpc("anvil_setNextBlockBaseFeePerGas", json!(["0xb2d05e00"])).await;
    scene.shop.anvil.mine(1).await;
    scene.poll().await;
    assert_eq!(scene.gas_transactions("pending").await, 0);
    assert_eq!(scene.status(&order).await, "executing");
    // Empty blocks make gas cheaper, by an eighth each.
    scene.shop.anvil.mine(12).await;
    scene.go_on().await;
    assert_eq!(scene.status(&order).await, "executed");
}

#[tokio::test]
async fn an_empty_gas_wallet_delays_and_loses_nothing() {
    let mut scene = Scene::set(json!({})).await;
    let order = scene.shop.sell().await;
    scene.shop.anvil.rpc("anvil_setBalance", json!([GAS_ACCOUNT, "0x0"])).await;
    scene.pay(&order).await;
    scene.poll().await;
    scene.shop.anvil.mine(2).await;
    assert!(scene.watcher.poll().await.unwrap());
    let problem = scene.sweeper.poll().await.unwrap_err().to_string();
    assert!(problem.to_lowercase().contains(GAS_ACCOUNT), "{problem}");
    assert_eq!(scene.status(&order).await, "executing");
    scene.shop.anvil.rpc("anvil_setBalance", json!([GAS_ACCOUNT, "0xde0b6b3a7640000"])).await;
    scene.go_on().await;
    assert_eq!(scene.status(&order).await, "executed");
    assert_eq!(scene.shop.anvil.balance(&scene.shop.anvil.token, &order.recipient).await, 1_000_000);
}

#[tokio::test]
async fn an_order_whose_payment_is_gone_for_good_has_failed_once_it_is_watched_no_more() {
    let mut scene = Scene::set(json!({})).await;
    let order = scene.shop.sell().await;
    scene.pay(&order).await;
    scene.poll().await;
    scene.shop.anvil.reorganise(1, &[]).await;
    scene.shop.anvil.mine(1).await;
    scene.poll().await;
    assert_eq!(deposit_statuses(&scene.shop.api.order(&order.id).await), ["withdrawn"]);
    scene.go_on().await;
    assert_eq!(scene.status(&order).await, "executing");
    scene.shop.api.advance_clock(26.0 * 3600.0).await;
    scene.go_on().await;
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
    scene.poll().await;
    scene.shop.anvil.mine(2).await;
    assert!(scene.watcher.poll().await.unwrap());
    assert!(scene.sweeper.poll().await.unwrap_err().to_string().contains("no factory"));
    assert_eq!(scene.gas_transactions("pending").await, 0);
    scene.shop.anvil.rpc("anvil_setCode", json!([FACTORY, code])).await;
    scene.go_on().await;
    assert_eq!(scene.status(&order).await, "executed");
}

#[tokio::test]
async fn what_is_swept_before_our_transaction_in_its_block_executes_the_order() {
    let mut scene = Scene::set(json!({})).await;
    let (order, token) = (scene.shop.sell().await, scene.shop.anvil.token.clone());
    scene.pay(&order).await;
    scene.poll().await;
    scene.shop.anvil.mine(2).await;
    scene.shop.anvil.rpc("evm_setAutomine", json!([false])).await;
    scene.poll().await;
    assert_eq!(scene.pending().await.len(), 1);
    let mut sweep = scene.shop.anvil.sweep_call(&order, &token);
    (sweep["gas"], sweep["gasPrice"]) = (json!("0x7a120"), json!("0x174876e800"));
    let first = scene.shop.anvil.rpc("eth_sendTransaction", json!([sweep])).await;
    scene.shop.anvil.mine(1).await;
    scene.shop.anvil.rpc("evm_setAutomine", json!([true])).await;
    // As if there were still something to be had.
    scene.shop.anvil.mint(&token, &order.address, 1).await;
    scene.go_on().await;
    let seen = scene.shop.api.order(&order.id).await;
    assert_eq!((&seen["order"]["status"], &seen["executeTx"]["txHash"]), (&json!("executed"), &first));
    assert_eq!(scene.gas_transactions("latest").await, 1);
}

#[tokio::test]
async fn a_transaction_of_a_key_that_is_gone_holds_nobody_up_for_long() {
    let mut scene = Scene::set(json!({})).await;
    let order = scene.shop.sell().await;
    scene.pay(&order).await;
    scene.poll().await;
    scene.shop.anvil.mine(2).await;
    scene.shop.anvil.rpc("evm_setAutomine", json!([false])).await;
    scene.poll().await;
    let waiting = scene.pending().await[0]["hash"].clone();
    scene.shop.anvil.rpc("anvil_dropAllTransactions", json!([])).await;
    scene.shop.anvil.rpc("anvil_setBalance", json!([GAS_ACCOUNT, "0x0"])).await;
    // Another key from now on.
    let other = GasWallet::new(&"11".repeat(32), FACTORY.parse().unwrap()).unwrap();
    let account = format!("{:#x}", other.account());
    scene.shop.anvil.rpc("anvil_setBalance", json!([account, "0xde0b6b3a7640000"])).await;
    let context = scene.shop.api.server.chain_contexts[0].clone();
    scene.sweeper = Sweeper::new(context, Some(other));
    scene.poll().await;
    assert!(scene.pending().await.is_empty());
    scene.shop.api.advance_clock(601.0).await;
    scene.go_on().await;
    assert_eq!(scene.status(&order).await, "executed");
    assert_ne!(scene.shop.api.order(&order.id).await["executeTx"]["txHash"], waiting);
}
