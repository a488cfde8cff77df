//! Native money that contracts send on. It shows in balances alone.

use chain::{Sweeper, Watcher};
use serde_json::{Value, json};

use crate::{
    anvil::RICH,
    shop::{NATIVE, Shop, Waiting, deposit_statuses},
};

/// Sends what it is given on to the address in its call data.
const RELAY: &str = "0x00000000000000000000000000000000000e1a75";
const RELAY_CODE: &str = "0x6000600060006000346000355af100";

async fn shop(native: &str) -> (Shop, Watcher) {
    let shop = Shop::unattended(None, json!({"native": native})).await;
    shop.anvil.rpc("anvil_setCode", json!([RELAY, RELAY_CODE])).await;
    let watcher = Watcher::new(shop.api.server.chain_contexts[0].clone());
    (shop, watcher)
}

fn relayed(order: &Waiting, value: &str) -> Value {
    let data = format!("0x{:0>64}", &order.address[2..]);
    json!({"from": RICH, "to": RELAY, "data": data, "value": value, "gas": "0x30d40"})
}

#[tokio::test]
async fn what_a_contract_sends_on_is_seen_once_in_its_block() {
    let (shop, mut watcher) = shop("balances").await;
    let order = shop.sell_for(NATIVE, 6000).await;
    let bystander = shop.sell_for(NATIVE, 6000).await;
    watcher.poll().await.unwrap();
    shop.anvil.mine(3).await;
    // All ways in one block: directly, by a contract, and by a contract to the other order.
    shop.anvil.rpc("evm_setAutomine", json!([false])).await;
    let direct = json!({"from": RICH, "to": order.address, "value": "0x3e8"});
    for transaction in [relayed(&order, "0x7d0"), direct, relayed(&bystander, "0x1")] {
        shop.anvil.rpc("eth_sendTransaction", json!([transaction])).await;
    }
    shop.anvil.mine(1).await;
    shop.anvil.rpc("eth_sendTransaction", json!([relayed(&order, "0xbb8")])).await;
    shop.anvil.mine(1).await;
    watcher.poll().await.unwrap();

    let seen = shop.api.order(&order.id).await;
    assert_eq!(seen["order"]["status"], "executing");
    let deposits = seen["depositTxs"].as_array().unwrap();
    let mut amounts: Vec<_> = deposits.iter().map(|deposit| deposit["amount"].as_str().unwrap()).collect();
    amounts.sort_unstable();
    assert_eq!(amounts, ["1000", "2000", "3000"]);
    assert_eq!(deposits.iter().filter(|deposit| deposit["from"].is_null()).count(), 2);
    let other = shop.api.order(&bystander.id).await;
    assert_eq!(other["depositTxs"][0]["amount"], "1");

    // Confirmed by the second pass, which has other ranges, and not sent a second time.
    shop.anvil.mine(2).await;
    watcher.poll().await.unwrap();
    Sweeper::new(shop.api.server.chain_contexts[0].clone(), None).poll().await.unwrap();
    let seen = shop.api.order(&order.id).await;
    assert_eq!(seen["order"]["status"], "executed");
    assert_eq!(seen["order"]["settlement"]["actualDstAmount"], "6000");
    assert_eq!(deposit_statuses(&seen), ["counted"; 3]);
}

#[tokio::test]
async fn money_that_was_swept_before_the_first_poll_is_seen_too() {
    let (shop, mut watcher) = shop("balances").await;
    let order = shop.sell_for(NATIVE, 6000).await;
    watcher.poll().await.unwrap();
    shop.anvil.send(relayed(&order, "0x1770")).await;
    shop.anvil.sweep(&order, NATIVE).await;
    shop.anvil.mine(2).await;
    watcher.poll().await.unwrap();
    let seen = shop.api.order(&order.id).await;
    assert_eq!(
        (&seen["order"]["status"], &seen["depositTxs"][0]["amount"]),
        (&json!("executing"), &json!("6000"))
    );
    assert_eq!(shop.anvil.native_balance(&order.recipient).await, 6000);
}

#[tokio::test]
async fn without_balances_only_transactions_show() {
    let (shop, mut watcher) = shop("transactions").await;
    let order = shop.sell_for(NATIVE, 6000).await;
    watcher.poll().await.unwrap();
    shop.anvil.send(relayed(&order, "0x1770")).await;
    watcher.poll().await.unwrap();
    assert_eq!(shop.api.order(&order.id).await["depositTxs"], json!([]));
}
