//! Sweepers that die at every point.

use futures_util::future::join_all;
use tests::proxy::{Fault, Proxy};

use crate::watching::shop::{DEPTH, Sale, Shop};

/// More calls than any of the polls here makes.
const MANY: usize = 200;

#[tokio::test]
async fn a_sweeper_that_dies_before_it_sends_leaves_a_transaction_that_the_next_one_sends() {
    let (mut shop, sale) = Shop::confirmed().await;
    shop.wait(2).await;
    shop.nodes[0].fault(|faults| faults.hang_at = Some("eth_sendRawTransaction"));
    tokio::select! { _ = shop.try_sweep() => panic!("it hangs") , () = shop.nodes[0].hung() => {} }
    assert!(shop.chain.accepted().is_empty());
    shop.nodes[0].heal();
    shop.restart().await;
    // Another order does not get the nonce that is taken.
    let other = shop.sell_and_confirm().await;
    shop.sweep().await;
    // As it was stored, and replaced at once: the dead one's lease took longer to end than it may wait.
    let sent = shop.chain.accepted();
    assert_eq!(sent.iter().map(|one| one.nonce).collect::<Vec<_>>(), [0, 0]);
    shop.go_on().await;
    shop.assert_swept(&[&sale, &other]).await;
    assert_eq!(shop.mined_nonces(), [0, 1]);
    assert_eq!(shop.api.order(&sale.id).await["executeTx"]["txHash"], sent[1].hash);
}

/// The moment at which a sweeper dies: while it sends, or once its transaction is final.
#[derive(Debug, Clone, Copy)]
enum Moment {
    Sending,
    Concluding,
}

async fn bring_to(shop: &Shop, moment: Moment) {
    if matches!(moment, Moment::Concluding) {
        shop.sweep().await;
        shop.chain.mine(DEPTH + 1);
    }
    shop.wait(2).await;
}

async fn assert_swept_after_all(mut shop: Shop, sale: &Sale, place: &str) {
    shop.restart().await;
    shop.go_on_until_executed(sale).await;
    shop.assert_swept(&[sale]).await;
    assert_eq!(shop.mined_nonces(), [0], "{place}");
    let sent = shop.chain.accepted();
    assert!(sent.iter().all(|one| one.nonce == 0), "{place}: {sent:?}");
}

/// Has a sweeper die at the request to its node after `calls` others. `true` if there was one.
async fn dies_at_request(calls: usize, moment: Moment) -> bool {
    let (shop, sale) = Shop::confirmed().await;
    bring_to(&shop, moment).await;
    shop.nodes[0].fault(|faults| faults.hang_after = Some(calls));
    let died = tokio::select! { _ = shop.try_sweep() => false, () = shop.nodes[0].hung() => true };
    shop.nodes[0].heal();
    assert_swept_after_all(shop, &sale, &format!("{moment:?}, request {calls}")).await;
    died
}

/// Has a sweeper die at the database call after `calls` others. `true` if there was one.
async fn dies_at_write(calls: usize, moment: Moment) -> bool {
    let proxy = Proxy::start().await;
    let mut shop = Shop::with_gas_wallet_behind(&proxy).await;
    let sale = shop.sell_and_confirm().await;
    bring_to(&shop, moment).await;
    proxy.inject_after(calls, &Fault::Hangs);
    tokio::select! { _ = shop.try_sweep() => {} () = proxy.hung() => {} }
    let died = proxy.heal() == 0;
    assert_swept_after_all(shop, &sale, &format!("{moment:?}, call {calls}")).await;
    died
}

/// Has sweepers die at the first call, at the second, and so on until one gets to its end.
async fn die_at_each<F: Future<Output = bool>>(least: usize, dies: impl Fn(usize) -> F) {
    for first in (0..MANY).step_by(8) {
        let died = join_all((first..first + 8).map(&dies)).await;
        if let Some(ended) = died.iter().position(|died| !died) {
            assert!(first + ended >= least, "only {} calls", first + ended);
            return;
        }
    }
    panic!("the poll never ended");
}

#[tokio::test]
async fn a_sweeper_that_dies_at_any_request_sweeps_nothing_twice() {
    die_at_each(8, |calls| dies_at_request(calls, Moment::Sending)).await;
    die_at_each(4, |calls| dies_at_request(calls, Moment::Concluding)).await;
}

#[tokio::test]
async fn a_sweeper_that_dies_at_any_database_call_sweeps_nothing_twice() {
    die_at_each(4, |calls| dies_at_write(calls, Moment::Sending)).await;
    die_at_each(4, |calls| dies_at_write(calls, Moment::Concluding)).await;
}
