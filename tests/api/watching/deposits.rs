//! Deposits on a chain that behaves.

use serde_json::{Value, json};
use tests::sim::{NATIVE, Payment};

use super::shop::{DEPTH, PRICE, Sale, Shop, whole};

#[tokio::test]
async fn a_deposit_is_seen_in_the_next_poll_and_executes_once_it_is_confirmed() {
    let (mut shop, sale) = Shop::waiting(1).await;
    let payment = whole(&sale);
    let block = shop.chain.include(std::slice::from_ref(&payment));
    shop.watch().await;
    shop.assert_status(&sale, "executing", "processing").await;
    let seen = shop.api.order(&sale.id).await;
    assert_eq!(seen["depositTxs"][0]["txHash"], payment.hash);
    assert_eq!(seen["order"]["receivedDepositAt"], block.time * 1000);
    shop.chain.mine(DEPTH - 1);
    shop.watch().await;
    shop.sweep().await;
    shop.assert_status(&sale, "executing", "processing").await;
    shop.chain.mine(1);
    shop.watch().await;
    shop.sweep().await;
    shop.assert_executed(&sale, PRICE).await;
    assert_eq!(shop.api.order(&sale.id).await["executeTx"]["txHash"], payment.hash);
}

#[tokio::test]
async fn an_order_is_watched_from_the_poll_after_it_was_made() {
    let mut shop = Shop::open().await;
    shop.watch().await;
    let sale = shop.sell().await;
    shop.chain.include(&[whole(&sale)]);
    shop.watch().await;
    shop.assert_status(&sale, "executing", "processing").await;
}

#[tokio::test]
async fn the_first_poll_of_all_finds_what_orders_got_before_it() {
    let mut shop = Shop::open().await;
    let (early, late) = (shop.sell().await, shop.sell_for(NATIVE).await);
    shop.chain.include(&[whole(&early)]);
    shop.chain.mine(50);
    shop.chain.include(&[Payment::native(&late.address, PRICE)]);
    shop.chain.mine(DEPTH);
    shop.watch().await;
    shop.sweep().await;
    shop.assert_executed(&early, PRICE).await;
    shop.assert_executed(&late, PRICE).await;
}

#[tokio::test]
async fn parts_excess_and_other_tokens_are_told_apart() {
    let (mut shop, sale) = Shop::waiting(2).await;
    let pay = |amount| Payment::new(&sale.address, amount);
    shop.chain.include(&[pay(400_000), Payment::native(&sale.address, 5), pay(600_000)]);
    shop.chain.include(&[pay(7), pay(7), Payment::of(NATIVE, &sale.address, 0)]);
    shop.watch().await;
    let deposits = shop.deposits(&sale).await;
    assert_eq!(deposits["counted"], [7, 7, 400_000, 600_000]);
    assert_eq!(deposits["other_token"], [5]);
    shop.confirm().await;
    shop.assert_executed(&sale, PRICE + 14).await;
}

#[tokio::test]
async fn an_outage_of_thousands_of_blocks_is_made_up_for_in_one_poll() {
    let mut shop = Shop::with(2, json!({"native": "ignored"})).await;
    let sales = [shop.sell().await, shop.sell().await, shop.sell().await];
    shop.watch().await;
    for sale in &sales {
        shop.chain.include(&[whole(sale)]);
        shop.chain.mine(250);
    }
    shop.chain.mine(4000);
    shop.restart().await;
    shop.watch().await;
    shop.sweep().await;
    for sale in &sales {
        shop.assert_executed(sale, PRICE).await;
    }
}

#[tokio::test]
async fn a_payment_made_while_nobody_watched_is_found_after_the_order_was_to_be_watched() {
    let (mut shop, sale) = Shop::waiting(1).await;
    shop.wait(1800 + 24 * 3600).await;
    shop.chain.include(&[whole(&sale)]);
    shop.chain.mine(DEPTH);
    shop.wait(10 * 3600).await;
    shop.chain.mine(1);
    shop.watch().await;
    assert_eq!(shop.deposits(&sale).await["late"], [PRICE]);
}

/// A deposit of the last seconds, which the node shows only after the setting's 60 seconds.
async fn seen_late(settings: Value) -> (Shop, Sale) {
    let mut shop = Shop::with(1, settings).await;
    let sale = shop.sell().await;
    shop.watch().await;
    shop.wait(1790).await;
    shop.chain.include(&[whole(&sale)]);
    shop.wait(100).await;
    shop.watch().await;
    (shop, sale)
}

#[tokio::test]
async fn a_deposit_counts_as_long_as_its_chain_needs_to_be_final() {
    let (shop, sale) = seen_late(json!({"detection_window_seconds": 120})).await;
    shop.assert_status(&sale, "executing", "processing").await;
    let (shop, sale) = seen_late(json!({"detection_window_seconds": 30})).await;
    shop.assert_status(&sale, "expired", "expired").await;
    assert_eq!(shop.deposits(&sale).await["late"], [PRICE]);
}

#[tokio::test]
async fn a_chains_detection_window_ends() {
    let shop = Shop::with(1, json!({"detection_window_seconds": 120})).await;
    let sale = shop.sell().await;
    shop.wait(1800 + 119).await;
    shop.assert_status(&sale, "scanning_deposit_transaction", "open").await;
    shop.wait(1).await;
    shop.assert_status(&sale, "expired", "expired").await;
}

#[tokio::test]
async fn an_order_that_is_no_longer_watched_holds_up_no_other() {
    let (mut shop, old) = Shop::waiting(1).await;
    shop.wait(1800 + 25 * 3600 - 40).await;
    shop.chain.mine(1);
    shop.watch().await;
    let new = shop.sell().await;
    shop.chain.include(&[whole(&old), whole(&new)]);
    shop.watch().await;
    assert_eq!(shop.deposits(&old).await["late"], [PRICE]);
    shop.wait(100).await;
    shop.confirm().await;
    shop.assert_executed(&new, PRICE).await;
    assert_eq!(shop.deposits(&old).await["late"], [PRICE]);
}
