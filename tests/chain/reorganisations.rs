//! Reorganisations: removed payments are withdrawn, those that come back count again, and none counts twice.

use serde_json::json;

use crate::shop::Shop;

#[tokio::test]
async fn a_payment_that_is_removed_is_withdrawn_and_one_that_comes_back_counts() {
    let shop = Shop::with(None, json!({"confirmations": 6})).await;
    let order = shop.sell().await;
    shop.anvil.mint(&shop.anvil.token, &order.address, 1_000_000).await;
    shop.until_status(&order, "executing").await;
    shop.anvil.reorganise(1, &[]).await;
    shop.anvil.mine(1).await;
    let seen = shop.until_deposits(&order, &["withdrawn"]).await;
    assert_eq!(seen["order"]["status"], "executing");

    shop.anvil.mint(&shop.anvil.token, &order.address, 1_000_000).await;
    shop.until_deposits(&order, &["counted", "withdrawn"]).await;
    shop.anvil.mine(6).await;
    shop.until_status(&order, "executed").await;
}

#[tokio::test]
async fn a_payment_that_is_moved_to_another_block_counts_once() {
    let shop = Shop::with(None, json!({"confirmations": 6})).await;
    let order = shop.sell().await;
    let payment = shop.anvil.minting(&order.address, 600_000);
    shop.anvil.rpc("eth_sendTransaction", json!([payment])).await;
    shop.until_deposits(&order, &["counted"]).await;
    shop.anvil.mine(2).await;
    shop.anvil.reorganise(3, &[(payment, 1)]).await;
    shop.anvil.mine(1).await;
    let seen = shop.until_deposits(&order, &["counted", "withdrawn"]).await;
    // Twice 600,000 would have paid it.
    assert_eq!(seen["order"]["status"], "scanning_deposit_transaction");
    shop.anvil.mint(&shop.anvil.token, &order.address, 400_000).await;
    shop.anvil.mine(6).await;
    let seen = shop.until_status(&order, "executed").await;
    assert_eq!(seen["order"]["settlement"]["actualDstAmount"], "1000000");
}

#[tokio::test]
async fn a_sweep_that_is_removed_is_made_again() {
    let shop = Shop::with(Some(crate::anvil::GAS_KEY.to_owned()), json!({"confirmations": 3})).await;
    let order = shop.sell().await;
    shop.anvil.mint(&shop.anvil.token, &order.address, 1_000_000).await;
    shop.until_status(&order, "executing").await;
    shop.anvil.mine(3).await;
    let token = shop.anvil.token.clone();
    while shop.anvil.balance(&token, &order.recipient).await == 0 {
        tokio::task::yield_now().await;
    }
    shop.anvil.reorganise(1, &[]).await;
    for _ in 0..60 {
        shop.anvil.mine(1).await;
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    shop.until_status(&order, "executed").await;
    assert_eq!(shop.anvil.balance(&token, &order.recipient).await, 1_000_000);
}
