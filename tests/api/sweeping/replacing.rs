//! Transactions that get stuck, lost, reorganised away or overtaken.

use alloy::{consensus::TxEip1559, primitives::Address};
use chain::{GasWallet, Sweeper};
use serde_json::json;
use shared::chains::ForwarderAddress;
use tests::sim::Payment;

use super::scene::{PATIENCE, generous, signed};
use crate::watching::shop::{DEPTH, GAS_KEY, Shop};

#[tokio::test]
async fn a_stuck_transaction_is_replaced_again_and_again_by_one_that_pays_more() {
    let (shop, sale) = Shop::confirmed().await;
    shop.chain.stall(true);
    shop.sweep().await;
    for _ in 0..3 {
        shop.chain.mine(1);
        shop.sweep().await; // Too early.
        shop.wait(PATIENCE).await;
        shop.sweep().await;
    }
    let sent = shop.chain.accepted();
    assert_eq!(sent.iter().map(|one| one.nonce).collect::<Vec<_>>(), [0; 4]);
    for pair in sent.windows(2) {
        // Nodes require this of a replacement, and the simulated one enforces it.
        assert!(pair[1].max_fee * 10 >= pair[0].max_fee * 11 && pair[1].tip * 10 >= pair[0].tip * 11);
    }
    assert_eq!(shop.chain.waiting(), sent[3..]);
    shop.chain.stall(false);
    shop.go_on().await;
    shop.assert_swept(&[&sale]).await;
    assert_eq!(shop.mined_nonces(), [0]);
    assert_eq!(shop.api.order(&sale.id).await["executeTx"]["txHash"], sent[3].hash);
}

#[tokio::test]
async fn a_rise_of_the_base_fee_is_followed() {
    let (shop, sale) = Shop::confirmed().await;
    shop.sweep().await;
    let first = shop.only_accepted();
    shop.chain.set_base_fee(first.max_fee * 3);
    shop.chain.mine(1);
    shop.wait(PATIENCE).await;
    shop.sweep().await;
    assert!(shop.chain.accepted()[1].max_fee > first.max_fee * 3);
    shop.go_on().await;
    shop.assert_swept(&[&sale]).await;
    assert_eq!(shop.mined_nonces(), [0]);
}

#[tokio::test]
async fn the_first_of_two_transactions_may_be_the_one_in_a_block() {
    let (shop, sale) = Shop::confirmed().await;
    shop.sweep().await;
    // The miner has the first one, and the node loses the second.
    shop.nodes[0].fault(|faults| faults.loses_sent = true);
    shop.wait(PATIENCE).await;
    shop.sweep().await;
    shop.nodes[0].heal();
    let first = shop.only_accepted();
    shop.go_on().await;
    shop.assert_swept(&[&sale]).await;
    assert_eq!(shop.api.order(&sale.id).await["executeTx"]["txHash"], first.hash);
    assert_eq!(shop.mined_nonces(), [0]);
}

#[tokio::test]
async fn no_replacement_pays_more_than_the_settings_allow() {
    let ceiling = 5_000_000_000;
    let (shop, sale) = Shop::confirmed_with(json!({"max_fee_per_gas": ceiling.to_string()})).await;
    shop.chain.stall(true);
    for _ in 0..12 {
        shop.sweep().await;
        shop.wait(PATIENCE).await;
    }
    let sent = shop.chain.accepted();
    assert!(sent.len() > 1 && sent.iter().all(|one| one.max_fee <= ceiling), "{sent:?}");
    shop.chain.stall(false);
    shop.go_on().await;
    shop.assert_swept(&[&sale]).await;
}

#[tokio::test]
async fn a_transaction_that_nodes_lose_is_sent_again_as_it_was() {
    let (shop, sale) = Shop::confirmed().await;
    shop.nodes[0].fault(|faults| faults.loses_sent = true);
    shop.sweep().await;
    assert!(shop.chain.accepted().is_empty());
    shop.nodes[0].heal();
    shop.sweep().await;
    let first = shop.only_accepted();
    shop.chain.drop_waiting();
    shop.sweep().await;
    assert_eq!(shop.chain.accepted(), [first.clone(), first]);
    shop.go_on().await;
    shop.assert_swept(&[&sale]).await;
    assert_eq!(shop.mined_nonces(), [0]);
}

#[tokio::test]
async fn a_receipt_that_is_reorganised_away_executes_nothing_and_its_transaction_is_sent_again() {
    for confirmations in 1..=DEPTH {
        let (shop, sale) = Shop::confirmed().await;
        shop.sweep().await;
        shop.chain.mine(confirmations);
        shop.sweep().await;
        shop.assert_status(&sale, "executing", "processing").await;
        shop.chain.reorganise(usize::try_from(confirmations).unwrap(), &[]);
        shop.chain.mine(confirmations + 1);
        assert!(shop.chain.mined().is_empty());
        shop.sweep().await;
        let first = shop.chain.accepted()[0].clone();
        assert_eq!(shop.chain.waiting(), [first]);
        shop.go_on().await;
        shop.assert_swept(&[&sale]).await;
        assert_eq!(shop.mined_nonces(), [0]);
    }
}

#[tokio::test]
async fn an_order_whose_nonce_another_transaction_of_the_key_has_used_is_swept_with_the_next_one() {
    let (shop, sale) = Shop::confirmed().await;
    shop.sweep().await;
    shop.nodes[0].send(&transaction_of_the_key(0)).await;
    shop.chain.mine(1);
    shop.sweep().await;
    assert_eq!((shop.mined_nonces(), shop.chain.waiting().len()), (vec![0], 0));
    shop.assert_status(&sale, "executing", "processing").await;
    shop.go_on().await;
    shop.assert_swept(&[&sale]).await;
    assert_eq!(shop.mined_nonces(), [0, 1]);
}

#[tokio::test]
async fn a_nonce_that_another_transaction_of_the_key_has_used_just_now_is_not_used_again() {
    let (shop, sale) = Shop::confirmed().await;
    shop.nodes[0].send(&transaction_of_the_key(0)).await;
    shop.chain.mine(1);
    shop.sweep().await;
    assert_eq!(shop.chain.waiting()[0].nonce, 1);
    shop.go_on().await;
    shop.assert_swept(&[&sale]).await;
    assert_eq!(shop.mined_nonces(), [0, 1]);
}

#[tokio::test]
async fn a_transaction_of_a_former_key_is_sent_for_ten_minutes_and_then_abandoned() {
    let (shop, sale) = Shop::confirmed().await;
    shop.chain.stall(true);
    shop.sweep().await;
    let former = shop.only_accepted();
    let factory = ForwarderAddress::new(None, None).unwrap().factory();
    let other = GasWallet::new(&"22".repeat(32), factory).unwrap();
    let account = format!("{:#x}", other.account());
    shop.chain.include(&[Payment::native(&account, 1_000_000_000_000_000_000)]);
    let sweeper = Sweeper::new(shop.api.server.chain_contexts[0].clone(), Some(other));
    shop.wait(570).await;
    assert!(sweeper.poll().await.unwrap());
    assert_eq!(shop.only_accepted(), former, "neither replaced nor abandoned");
    shop.chain.drop_waiting();
    shop.wait(30).await;
    assert!(sweeper.poll().await.unwrap());
    let accepted = shop.chain.accepted();
    assert_eq!(accepted.last().map(|last| last.from.clone()), Some(account));
    shop.chain.drop_waiting();
    shop.chain.stall(false);
    for _ in 0..3 {
        assert!(sweeper.poll().await.unwrap());
        shop.chain.mine(DEPTH + 1);
    }
    assert!(sweeper.poll().await.unwrap());
    shop.assert_swept(&[&sale]).await;
}

/// A transaction of the gas wallet's key that the sweeper knows nothing of, and that pays more than its own.
fn transaction_of_the_key(nonce: u64) -> String {
    signed(GAS_KEY, TxEip1559 { nonce, gas_limit: 21_000, to: Address::repeat_byte(7).into(), ..generous() })
}
