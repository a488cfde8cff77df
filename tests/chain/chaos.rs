//! Watchers and sweepers that are many, die at any point and start again.

use std::time::{Duration, Instant};

use chain::{ChainContext, Sweeper, Watcher};
use tokio::task::JoinHandle;

use crate::{
    anvil::{GAS_ACCOUNT, GAS_KEY},
    shop::Shop,
};

/// A watcher and a sweeper that hold leases of their own and are killed after a moment.
fn doomed(context: &ChainContext, shop: &Shop) -> [JoinHandle<()>; 2] {
    let named = || ChainContext { worker: format!("{:032x}", fastrand::u128(..)), ..context.clone() };
    let mut watcher = Watcher::new(named());
    let sweeper = Sweeper::new(named(), shop.api.server.gas_wallet.clone());
    let end = Instant::now() + Duration::from_secs(60);
    [
        tokio::spawn(async move { drop(watcher.run(end).await) }),
        tokio::spawn(async move { drop(sweeper.run(end).await) }),
    ]
}

#[tokio::test]
async fn orders_are_swept_once_however_many_workers_die() {
    let shop = Shop::with(Some(GAS_KEY.to_owned()), serde_json::json!({"confirmations": 2})).await;
    let mut orders = Vec::new();
    for _ in 0..12 {
        orders.push(shop.sell().await);
    }
    let context = shop.api.server.chain_contexts[0].clone();
    for order in &orders {
        let running: Vec<_> = (0..3).flat_map(|_| doomed(&context, &shop)).collect();
        shop.anvil.mint(&shop.anvil.token, &order.address, 1_000_000).await;
        tokio::time::sleep(Duration::from_millis(fastrand::u64(5..150))).await;
        running.iter().for_each(JoinHandle::abort);
    }
    let mut left = orders.len();
    let end = Instant::now() + Duration::from_secs(90);
    while left > 0 {
        assert!(Instant::now() < end, "{left} orders are not executed");
        shop.anvil.mine(1).await;
        tokio::time::sleep(Duration::from_millis(100)).await;
        left = 0;
        for order in &orders {
            left += usize::from(shop.api.order(&order.id).await["order"]["status"] != "executed");
        }
    }
    for order in &orders {
        let seen = shop.api.order(&order.id).await;
        assert_eq!(seen["depositTxs"].as_array().unwrap().len(), 1, "{seen:#}");
        assert_eq!(seen["order"]["settlement"]["actualDstAmount"], "1000000");
        assert_eq!(shop.anvil.balance(&shop.anvil.token, &order.recipient).await, 1_000_000);
    }
    let sent = shop.anvil.rpc("eth_getTransactionCount", serde_json::json!([GAS_ACCOUNT, "latest"])).await;
    let sent = u64::from_str_radix(&sent.as_str().unwrap()[2..], 16).unwrap();
    assert!(sent <= orders.len() as u64, "{sent} transactions for {} orders", orders.len());
}
