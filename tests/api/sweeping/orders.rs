//! Orders, swept one by one and many at once.

use serde_json::json;
use shared::chains::ForwarderAddress;
use tests::{
    client::SHOP,
    proxy::Proxy,
    sim::{Answer, NATIVE, Payment, TOKEN},
};

use crate::{
    feed::publishing::add_dust,
    watching::shop::{DEPTH, PRICE, Shop},
};

#[tokio::test]
async fn a_signed_transaction_sweeps_a_confirmed_order_and_executes_it_once_it_is_final() {
    let (shop, sale) = Shop::confirmed().await;
    shop.sweep().await;
    let sent = shop.only_accepted();
    assert_eq!((&sent.from, sent.nonce), (&shop.gas_account(), 0));
    assert_eq!(sent.to, format!("{:#x}", ForwarderAddress::new(None, None).unwrap().factory()));
    assert_eq!(shop.chain.balance(TOKEN, SHOP), 0);
    shop.chain.mine(1);
    assert_eq!(shop.chain.balance(TOKEN, SHOP), PRICE);
    for _ in 0..DEPTH {
        shop.sweep().await;
        shop.assert_status(&sale, "executing", "processing").await;
        shop.chain.mine(1);
    }
    shop.sweep().await;
    shop.assert_swept(&[&sale]).await;
    assert_eq!(shop.api.order(&sale.id).await["executeTx"]["txHash"], sent.hash);
    shop.go_on().await;
    assert_eq!(shop.mined_nonces(), [0]);
}

#[tokio::test]
async fn native_money_is_swept_too() {
    let mut shop = Shop::with_gas_wallet(1, json!({})).await;
    let sale = shop.sell_for(NATIVE).await;
    shop.watch().await;
    shop.chain.include(&[Payment::native(&sale.address, PRICE)]);
    shop.chain.mine(DEPTH);
    shop.watch().await;
    shop.sweep().await;
    shop.go_on().await;
    shop.assert_executed(&sale, PRICE).await;
    assert_eq!((shop.chain.balance(NATIVE, SHOP), shop.chain.balance(NATIVE, &sale.address)), (PRICE, 0));
    assert_eq!(shop.mined_nonces(), [0]);
}

#[tokio::test]
async fn an_order_is_swept_in_the_option_that_paid_it() {
    let mut shop = Shop::with_gas_wallet(1, json!({})).await;
    let sale = shop.sell_for_any_of(&[(TOKEN, PRICE), (NATIVE, PRICE / 2)]).await;
    shop.watch().await;
    shop.chain.include(&[Payment::new(&sale.address, PRICE - 1), Payment::native(&sale.address, PRICE / 2)]);
    shop.chain.mine(DEPTH);
    shop.watch().await;
    shop.sweep().await;
    shop.go_on().await;
    shop.assert_status(&sale, "executed", "complete").await;
    assert_eq!((shop.chain.balance(NATIVE, SHOP), shop.chain.balance(NATIVE, &sale.address)), (PRICE / 2, 0));
    let session = shop.api.session(&sale.session).await;
    assert_eq!(
        (&session["paid"]["token_address"], &session["paid"]["amount"]),
        (&json!(NATIVE), &json!("500000"))
    );
    // The short payment stays at the address, for the recipient only.
    assert_eq!(shop.chain.balance(TOKEN, &sale.address), PRICE - 1);
}

#[tokio::test]
async fn many_orders_are_swept_in_one_transaction() {
    let mut shop = Shop::with_gas_wallet(1, json!({})).await;
    let mut sales = Vec::new();
    for _ in 0..6 {
        sales.push(shop.sell().await);
    }
    let sales: Vec<_> = sales.iter().collect();
    shop.watch().await;
    shop.pay(&sales).await;
    shop.sweep().await;
    shop.go_on().await;
    shop.assert_swept(&sales).await;
    assert_eq!(shop.mined_nonces(), [0]);
}

#[tokio::test]
async fn more_orders_than_fit_one_transaction_are_swept_by_several_one_after_the_other() {
    let mut shop = Shop::with_gas_wallet(1, json!({"max_batch": 2})).await;
    let mut sales = Vec::new();
    for _ in 0..5 {
        sales.push(shop.sell().await);
    }
    let sales: Vec<_> = sales.iter().collect();
    shop.watch().await;
    shop.pay(&sales).await;
    shop.sweep().await;
    assert_eq!(shop.chain.waiting().len(), 1);
    shop.go_on().await;
    shop.assert_swept(&sales).await;
    let sizes: Vec<_> = shop.chain.mined().iter().map(|mined| mined.swept.len()).collect();
    assert_eq!((shop.mined_nonces(), sizes), (vec![0, 1, 2], vec![2, 2, 1]));
}

#[tokio::test]
async fn an_order_that_is_refused_in_its_block_is_swept_by_a_later_transaction() {
    let (shop, sale) = Shop::confirmed().await;
    shop.sweep().await;
    shop.chain.refuse(SHOP);
    shop.go_on().await;
    shop.assert_status(&sale, "executing", "processing").await;
    assert_eq!((shop.mined_nonces(), shop.chain.balance(TOKEN, SHOP)), (vec![0], 0));
    shop.chain.accept();
    shop.wait(300).await;
    shop.go_on().await;
    shop.assert_swept(&[&sale]).await;
    assert_eq!(shop.mined_nonces(), [0, 1]);
}

#[tokio::test]
async fn gas_that_costs_more_than_the_settings_allow_is_waited_out() {
    let (shop, sale) = Shop::confirmed().await;
    shop.chain.set_base_fee(u128::MAX / 4);
    shop.chain.mine(1);
    shop.sweep().await;
    assert!(shop.chain.accepted().is_empty());
    shop.chain.set_base_fee(1_000_000_000);
    shop.go_on().await;
    shop.assert_swept(&[&sale]).await;
}

#[tokio::test]
async fn an_empty_gas_wallet_delays_and_loses_nothing() {
    let mut shop = Shop::with_gas_wallet(1, json!({"max_fee_per_gas": "1000000000000000000"})).await;
    let sale = shop.sell_and_confirm().await;
    // At this price the wallet's money is not enough for one transaction.
    shop.chain.set_base_fee(100_000_000_000_000_000);
    shop.chain.mine(1);
    shop.wait(2).await;
    let problem = shop.try_sweep().await.unwrap_err().to_string();
    assert!(problem.to_lowercase().contains(&shop.gas_account()), "{problem}");
    assert!(shop.chain.accepted().is_empty());
    shop.assert_status(&sale, "executing", "processing").await;
    shop.chain.set_base_fee(1_000_000_000);
    shop.go_on().await;
    shop.assert_swept(&[&sale]).await;
    assert_eq!(shop.mined_nonces(), [0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_that_folded_dust_helped_to_pay_is_swept() {
    let proxy = Proxy::start().await;
    let mut shop = Shop::with_gas_wallet_behind(&proxy).await;
    let sale = shop.sell().await;
    shop.watch().await;
    // Of another token, and as many as an order keeps in pieces.
    shop.api.tell(&sale.id, &shop.api.deposit("first", 1)).await.ok();
    add_dust(&proxy, &sale.id, 199).await;
    let dust = PRICE / 1_000 - 1;
    shop.chain.include(&[Payment::new(&sale.address, dust)]);
    shop.chain.include(&[Payment::new(&sale.address, PRICE - dust)]);
    shop.chain.mine(DEPTH);
    shop.watch().await;
    assert_eq!(shop.api.order(&sale.id).await["foldedDeposits"]["amounts"][0]["amount"], dust.to_string());
    shop.sweep().await;
    shop.go_on_until_executed(&sale).await;
    shop.assert_status(&sale, "executed", "complete").await;
    assert_eq!((shop.chain.balance(TOKEN, SHOP), shop.chain.balance(TOKEN, &sale.address)), (PRICE, 0));
}

#[tokio::test]
async fn an_order_that_a_stranger_swept_before_is_executed_whole_though_nodes_could_not_say_so_at_first() {
    let (mut shop, sale) = Shop::confirmed().await;
    shop.swept_by_a_stranger(&sale).await;
    shop.chain.include(&[Payment::new(&sale.address, 1)]);
    shop.chain.mine(DEPTH);
    shop.watch().await;
    shop.sweep().await;
    shop.chain.mine(DEPTH + 1);
    assert_eq!(shop.chain.balance(TOKEN, SHOP), PRICE + 1);
    shop.nodes[0].fault(|faults| faults.answer = Some((Some("eth_getLogs"), Answer::Error)));
    shop.sweep().await;
    shop.assert_status(&sale, "executing", "processing").await;
    shop.nodes[0].heal();
    // It was put off for as long as any order is.
    shop.wait(300).await;
    shop.go_on_until_executed(&sale).await;
    shop.assert_executed(&sale, PRICE + 1).await;
}
