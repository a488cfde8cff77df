//! Watchers and sweepers that are killed at every point at which they wait for an answer.

use std::{future::Future, pin::pin, task::Poll};

use chain::{ChainContext, Sweeper, Watcher};
use serde_json::json;

use crate::{
    anvil::{GAS_ACCOUNT, GAS_KEY},
    shop::Shop,
};

/// The number of points at which polls are cut short.
const POINTS: usize = 24;

/// One of the polls that an order takes, and the number of its waits when it ran to its end.
#[derive(Debug, Clone, Copy, Default)]
struct Life(usize);

impl Life {
    /// Runs a poll to the given point of its life and drops it there; the first time to its end.
    async fn run(&mut self, point: usize, poll: impl Future) {
        let end = if self.0 == 0 { usize::MAX } else { self.0 * point / POINTS };
        let mut poll = pin!(poll);
        let mut waited = 0;
        std::future::poll_fn(|context| {
            if waited == end {
                return Poll::Ready(());
            }
            waited += 1;
            poll.as_mut().poll(context).map(|_| ())
        })
        .await;
        self.0 = self.0.max(waited);
    }
}

/// A watcher and a sweeper with new names, as after a restart.
fn restarted(shop: &Shop) -> (Watcher, Sweeper) {
    let context = ChainContext {
        worker: format!("{:032x}", fastrand::u128(..)),
        ..shop.api.server.chain_contexts[0].clone()
    };
    (Watcher::new(context.clone()), Sweeper::new(context, shop.api.server.gas_wallet.clone()))
}

/// The dead worker's lease ends; another does the same work from the start.
async fn another_takes_over(shop: &Shop) {
    shop.api.advance_clock(31.0).await;
    let (mut watcher, sweeper) = restarted(shop);
    watcher.poll().await.unwrap();
    sweeper.poll().await.unwrap();
    // Leases are not given back here: this one "dies", too.
    shop.api.advance_clock(31.0).await;
}

#[tokio::test]
async fn an_order_is_swept_once_wherever_its_watchers_and_sweepers_die() {
    let shop = Shop::unattended(Some(GAS_KEY.to_owned()), json!({})).await;
    let mut lives = [Life::default(); 5];
    for point in 0..=POINTS {
        let [before, seeing, confirming, sending, concluding] = &mut lives;
        let order = shop.sell().await;
        before.run(point, restarted(&shop).0.poll()).await;
        another_takes_over(&shop).await;
        shop.anvil.mint(&shop.anvil.token, &order.address, 1_000_000).await;
        seeing.run(point, restarted(&shop).0.poll()).await;
        another_takes_over(&shop).await;
        shop.anvil.mine(2).await;
        confirming.run(point, restarted(&shop).0.poll()).await;
        shop.api.advance_clock(31.0).await;
        restarted(&shop).0.poll().await.unwrap();
        for life in [sending, concluding] {
            shop.api.advance_clock(31.0).await;
            life.run(point, restarted(&shop).1.poll()).await;
            another_takes_over(&shop).await;
            shop.anvil.mine(2).await;
        }
        another_takes_over(&shop).await;
        another_takes_over(&shop).await;
        let seen = shop.api.order(&order.id).await;
        assert_eq!(seen["order"]["status"], "executed", "at point {point}: {seen:#}");
        assert_eq!(seen["depositTxs"].as_array().unwrap().len(), 1);
        assert_eq!(shop.anvil.balance(&shop.anvil.token, &order.recipient).await, 1_000_000);
    }
    assert!(lives.iter().all(|life| life.0 > POINTS / 2), "the polls hardly wait: {lives:?}");
    let sent = shop.anvil.rpc("eth_getTransactionCount", json!([GAS_ACCOUNT, "latest"])).await;
    assert_eq!(usize::from_str_radix(&sent.as_str().unwrap()[2..], 16).unwrap(), POINTS + 1);
}
