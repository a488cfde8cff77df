//! Reorganisations.

use serde_json::json;
use tests::sim::Payment;

use super::shop::{DEPTH, PRICE, Shop, whole};

#[tokio::test]
async fn a_deposit_that_is_dropped_is_withdrawn_and_another_one_counts() {
    let (mut shop, sale) = Shop::waiting(2).await;
    shop.chain.include(&[whole(&sale)]);
    shop.watch().await;
    shop.chain.reorganise(1, &[&[], &[]]);
    shop.watch().await;
    assert_eq!(shop.deposits(&sale).await["withdrawn"], [PRICE]);
    shop.confirm().await;
    shop.assert_status(&sale, "executing", "processing").await;
    shop.chain.include(&[whole(&sale)]);
    shop.watch().await;
    shop.confirm().await;
    shop.assert_executed(&sale, PRICE).await;
}

#[tokio::test]
async fn a_deposit_that_is_moved_to_another_block_counts_once() {
    let (mut shop, sale) = Shop::waiting(1).await;
    let part = Payment::new(&sale.address, 600_000);
    shop.chain.include(std::slice::from_ref(&part));
    shop.watch().await;
    shop.chain.reorganise(1, &[&[], std::slice::from_ref(&part)]);
    shop.watch().await;
    assert_eq!(shop.counted(&sale).await, [600_000]);
    shop.assert_status(&sale, "scanning_deposit_transaction", "open").await;
    shop.chain.include(&[Payment::new(&sale.address, 400_000)]);
    shop.watch().await;
    shop.confirm().await;
    shop.assert_executed(&sale, PRICE).await;
}

#[tokio::test]
async fn who_paid_in_time_does_not_lose_by_a_move_beyond_the_deadline() {
    let (mut shop, sale) = Shop::waiting(1).await;
    let first = Payment::new(&sale.address, 400_000);
    shop.wait(1790).await;
    shop.chain.include(std::slice::from_ref(&first));
    shop.watch().await;
    shop.wait(30).await;
    shop.chain.reorganise(1, &[&[], std::slice::from_ref(&first)]);
    shop.watch().await;
    assert_eq!(shop.counted(&sale).await, [400_000]);
}

#[tokio::test]
async fn who_paid_in_time_does_not_lose_however_much_later_the_payment_comes_back() {
    let (mut shop, sale) = Shop::waiting(1).await;
    let payment = whole(&sale);
    shop.wait(1780).await;
    shop.chain.include(std::slice::from_ref(&payment));
    shop.watch().await;
    shop.chain.reorganise(1, &[&[], &[]]);
    shop.watch().await;
    shop.chain.mine(10 * DEPTH);
    shop.watch().await;
    shop.wait(100).await;
    shop.chain.include(&[payment]);
    shop.watch().await;
    assert_eq!(shop.counted(&sale).await, [PRICE]);
    shop.confirm().await;
    shop.assert_executed(&sale, PRICE).await;
}

#[tokio::test]
async fn a_chain_that_comes_back_to_what_it_had_dropped_counts_it_once() {
    let (mut shop, sale) = Shop::waiting(2).await;
    shop.chain.include(&[Payment::new(&sale.address, 600_000)]);
    shop.chain.mine(1);
    let with = shop.chain.fork();
    shop.watch().await;
    shop.chain.reorganise(2, &[&[], &[]]);
    let without = shop.chain.fork();
    for _ in 0..3 {
        shop.watch().await;
        assert_eq!(shop.counted(&sale).await, [0_u128; 0]);
        shop.chain.switch_to(&with);
        shop.watch().await;
        assert_eq!(shop.counted(&sale).await, [600_000]);
        shop.chain.switch_to(&without);
    }
    shop.chain.switch_to(&with);
    shop.chain.include(&[Payment::new(&sale.address, 400_000)]);
    shop.watch().await;
    shop.confirm().await;
    shop.assert_executed(&sale, PRICE).await;
}

#[tokio::test]
async fn what_is_dropped_from_below_what_was_confirmed_is_withdrawn_and_what_comes_back_counts() {
    let (mut shop, sale) = Shop::waiting(2).await;
    let kept = Payment::new(&sale.address, 300_000);
    shop.chain.include(std::slice::from_ref(&kept));
    shop.chain.include(&[Payment::new(&sale.address, 300_000)]);
    shop.watch().await;
    shop.chain.mine(4 * DEPTH);
    shop.watch().await;
    assert_eq!(shop.counted(&sale).await, [300_000, 300_000]);
    shop.chain.reorganise(2 + 4 * usize::try_from(DEPTH).unwrap(), &[&[], &[kept], &[], &[]]);
    shop.chain.mine(4 * DEPTH);
    shop.watch().await;
    shop.watch().await;
    assert_eq!(shop.counted(&sale).await, [300_000]);
    shop.chain.include(&[Payment::new(&sale.address, 700_000)]);
    shop.watch().await;
    shop.confirm().await;
    shop.assert_executed(&sale, PRICE).await;
}

#[tokio::test]
async fn a_reorganisation_within_one_poll_leaves_nothing_behind() {
    for calls in 0..40 {
        let mut shop = Shop::with(1, json!({"max_log_blocks": 1})).await;
        let sale = shop.sell().await;
        shop.watch().await;
        let part = Payment::new(&sale.address, 600_000);
        let new = shop.chain.fork();
        shop.chain.include(std::slice::from_ref(&part));
        shop.chain.mine(3);
        new.reorganise(0, &[&[], &[part], &[], &[]]);
        shop.nodes[0].fault(|faults| faults.hang_after = Some(calls));
        let mut watcher = chain::Watcher::new(shop.api.server.chain_contexts[0].clone());
        let hung = tokio::select! { _ = watcher.poll() => false, () = shop.nodes[0].hung() => true };
        shop.nodes[0].heal();
        shop.chain.switch_to(&new);
        shop.watch().await;
        assert_eq!(shop.counted(&sale).await, [600_000], "after {calls} calls");
        shop.assert_status(&sale, "scanning_deposit_transaction", "open").await;
        if !hung {
            return;
        }
    }
    panic!("the poll never ended");
}
