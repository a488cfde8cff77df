//! Payments of every kind, with a gas key and without.

use serde_json::json;

use crate::{
    anvil::{FACTORY, GAS_ACCOUNT, salt_of, selector},
    shop::{NATIVE, Shop},
};

async fn session_status(shop: &Shop, session: &str) -> String {
    shop.api.session(session).await["status"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_payment_is_seen_confirmed_and_swept() {
    let shop = Shop::with_gas_key().await;
    let order = shop.sell().await;
    let receipt = shop.anvil.mint(&shop.anvil.token, &order.address, 1_000_000).await;

    let seen = shop.until_status(&order, "executing").await;
    assert_eq!(session_status(&shop, &order.session).await, "processing");
    assert_eq!(seen["depositTxs"][0]["txHash"], receipt["transactionHash"]);
    assert_eq!(seen["depositTxs"][0]["amount"], "1000000");
    let block = shop.anvil.rpc("eth_getBlockByHash", json!([receipt["blockHash"], false])).await;
    let time = i64::from_str_radix(&block["timestamp"].as_str().unwrap()[2..], 16).unwrap() * 1000;
    assert_eq!(seen["order"]["receivedDepositAt"], time);
    assert_eq!(shop.anvil.balance(&shop.anvil.token, &order.recipient).await, 0);

    shop.anvil.mine(2).await;
    // Swept, but not confirmed yet.
    let token = shop.anvil.token.clone();
    while shop.anvil.balance(&token, &order.recipient).await == 0 {
        tokio::task::yield_now().await;
    }
    shop.anvil.mine(2).await;
    let seen = shop.until_status(&order, "executed").await;
    assert_eq!(session_status(&shop, &order.session).await, "complete");
    assert_eq!(shop.anvil.balance(&token, &order.recipient).await, 1_000_000);
    assert_eq!(shop.anvil.balance(&token, &order.address).await, 0);
    assert_eq!(seen["order"]["settlement"]["actualDstAmount"], "1000000");
    assert!(seen["order"]["filledAt"].is_number());
    let sweep = shop.anvil.rpc("eth_getTransactionByHash", json!([seen["executeTx"]["txHash"]])).await;
    assert_eq!(sweep["from"], GAS_ACCOUNT);
}

#[tokio::test]
async fn native_money_is_seen_and_swept() {
    let shop = Shop::with_gas_key().await;
    let order = shop.sell_for(NATIVE, 5_000_000).await;
    let receipt = shop.anvil.send(json!({"to": order.address, "value": "0x4c4b40"})).await;
    let seen = shop.until_status(&order, "executing").await;
    assert_eq!(seen["depositTxs"][0]["txHash"], receipt["transactionHash"]);
    shop.mine_on().await;
    let seen = shop.until_status(&order, "executed").await;
    assert_eq!(seen["order"]["settlement"]["actualDstAmount"], "5000000");
    assert_eq!(shop.anvil.native_balance(&order.recipient).await, 5_000_000);
}

impl Shop {
    /// Blocks go on, as they do on a chain, until every order is executed.
    async fn mine_on(&self) {
        for _ in 0..40 {
            self.anvil.mine(1).await;
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
    }
}

#[tokio::test]
async fn short_split_excess_and_wrong_payments_are_all_visible() {
    let shop = Shop::with_gas_key().await;
    let other = shop.anvil.deploy_token().await;
    let order = shop.sell().await;
    shop.anvil.mint(&other, &order.address, 1_000_000).await;
    shop.anvil.mint(&shop.anvil.token, &order.address, 400_000).await;
    shop.anvil.send(json!({"to": order.address, "value": "0x1"})).await;
    let seen = shop.until_deposits(&order, &["counted", "other_token", "other_token"]).await;
    assert_eq!(seen["order"]["status"], "scanning_deposit_transaction");
    shop.anvil.mint(&shop.anvil.token, &order.address, 600_000).await;
    shop.anvil.mint(&shop.anvil.token, &order.address, 7).await;
    shop.until_deposits(&order, &["counted", "counted", "counted", "other_token", "other_token"]).await;
    shop.mine_on().await;
    let seen = shop.until_status(&order, "executed").await;
    assert_eq!(seen["order"]["settlement"]["actualDstAmount"], "1000007");
    assert_eq!(shop.anvil.balance(&shop.anvil.token, &order.recipient).await, 1_000_007);
    assert_eq!(shop.anvil.balance(&other, &order.address).await, 1_000_000);
}

#[tokio::test]
async fn a_late_payment_is_visible_and_changes_no_status() {
    let shop = Shop::open().await;
    let order = shop.sell().await;
    shop.api.advance_clock(2000.0).await;
    shop.anvil.rpc("evm_increaseTime", json!([2000])).await;
    shop.anvil.mint(&shop.anvil.token, &order.address, 1_000_000).await;
    let seen = shop.until_deposits(&order, &["late"]).await;
    assert_eq!(
        (&seen["order"]["status"], &seen["order"]["errorDetails"]),
        (&json!("expired"), &json!("LATE_DEPOSIT"))
    );
    // Still watched a day after.
    shop.api.advance_clock(24.0 * 3600.0 - 300.0).await;
    shop.anvil.mint(&shop.anvil.token, &order.address, 5).await;
    shop.until_deposits(&order, &["late", "late"]).await;
}

#[tokio::test]
async fn many_orders_are_swept_in_one_transaction() {
    let shop = Shop::with_gas_key().await;
    let mut orders = Vec::new();
    for _ in 0..5 {
        orders.push(shop.sell().await);
    }
    shop.anvil.rpc("evm_setAutomine", json!([false])).await;
    for order in &orders {
        shop.anvil.rpc("eth_sendTransaction", json!([shop.anvil.minting(&order.address, 1_000_000)])).await;
    }
    shop.anvil.mine(3).await;
    shop.anvil.rpc("evm_setAutomine", json!([true])).await;
    for order in &orders {
        shop.until_status(order, "executing").await;
    }
    shop.mine_on().await;
    let mut sweeps = Vec::new();
    for order in &orders {
        let seen = shop.until_status(order, "executed").await;
        assert_eq!(shop.anvil.balance(&shop.anvil.token, &order.recipient).await, 1_000_000);
        sweeps.push(seen["executeTx"]["txHash"].clone());
    }
    sweeps.dedup();
    assert!(sweeps.len() < orders.len(), "{sweeps:?}");
}

#[tokio::test]
async fn what_somebody_else_swept_is_executed_by_that() {
    let shop = Shop::with_gas_key().await;
    let order = shop.sell().await;
    shop.anvil.mint(&shop.anvil.token, &order.address, 1_000_000).await;
    let receipt = shop.anvil.sweep(&order, &shop.anvil.token).await;
    shop.until_status(&order, "executing").await;
    shop.mine_on().await;
    let seen = shop.until_status(&order, "executed").await;
    assert_eq!(seen["executeTx"]["txHash"], receipt["transactionHash"]);
}

#[tokio::test]
async fn the_chain_computes_the_same_deposit_addresses() {
    let shop = Shop::open().await;
    let selector = selector("addressOf(bytes32,address)");
    for _ in 0..20 {
        let order = shop.sell().await;
        let data = format!("0x{selector}{:x}{:0>64}", salt_of(&order), &order.recipient[2..]);
        let answer = shop.anvil.rpc("eth_call", json!([{"to": FACTORY, "data": data}, "latest"])).await;
        assert_eq!(&answer.as_str().unwrap()[26..], &order.address[2..]);
    }
}
