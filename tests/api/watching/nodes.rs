//! Nodes that fail, lag and refuse.

use serde_json::json;
use tests::sim::{Answer, Payment, SimNode};

use super::shop::{CHAIN, DEPTH, PRICE, Sale, Shop, whole};

/// Every way in which a node may give no answer that can be used.
const FAILURES: [Answer; 6] = [
    Answer::Never,
    Answer::Status(500),
    Answer::Status(429),
    Answer::Error,
    Answer::Garbage,
    Answer::Nonsense,
];

const METHODS: [Option<&str>; 4] =
    [None, Some("eth_getBlockByNumber"), Some("eth_getLogs"), Some("eth_chainId")];

#[tokio::test]
async fn another_node_stands_in_for_one_that_fails() {
    for failure in FAILURES {
        for broken in 0..2 {
            let (mut shop, sale) = Shop::waiting(2).await;
            for method in METHODS {
                shop.nodes[broken].fault(|faults| faults.answer = Some((method, failure)));
                shop.chain.include(&[Payment::new(&sale.address, 1)]);
                shop.watch().await;
            }
            assert_eq!(shop.counted(&sale).await, [1, 1, 1, 1], "{failure:?} of node {broken}");
            shop.chain.include(&[whole(&sale)]);
            shop.watch().await;
            shop.confirm().await;
            shop.assert_executed(&sale, PRICE + 4).await;
        }
    }
}

#[tokio::test]
async fn while_every_node_fails_a_poll_fails_and_the_next_one_misses_nothing() {
    let (mut shop, sale) = Shop::waiting(2).await;
    for failure in FAILURES {
        shop.chain.include(&[Payment::new(&sale.address, 1)]);
        for node in &shop.nodes {
            node.fault(|faults| faults.answer = Some((None, failure)));
        }
        shop.try_watch().await.unwrap_err();
        shop.nodes.iter().for_each(SimNode::heal);
    }
    shop.watch().await;
    assert_eq!(shop.counted(&sale).await, [1; 6]);
}

#[tokio::test]
async fn a_node_that_lags_makes_nobody_miss_or_withdraw_anything() {
    let (mut shop, sale) = Shop::waiting(2).await;
    for lag in [1, 2, 5, 40, 90] {
        for lagging in 0..2 {
            shop.chain.include(&[Payment::new(&sale.address, 1)]);
            shop.chain.mine(lag / 2);
            shop.nodes[lagging].fault(|faults| faults.lag = lag);
            shop.watch().await;
            shop.watch().await;
            shop.nodes[lagging].heal();
            let other = &shop.nodes[1 - lagging];
            other.fault(|faults| faults.answer = Some((None, Answer::Status(500))));
            shop.nodes[lagging].fault(|faults| faults.lag = lag);
            let _ = shop.try_watch().await;
            shop.nodes.iter().for_each(SimNode::heal);
        }
    }
    shop.watch().await;
    assert_eq!(shop.counted(&sale).await, [1; 10]);
    assert_eq!(shop.deposits(&sale).await.len(), 1);
}

#[tokio::test]
async fn a_node_that_is_behind_all_that_is_remembered_makes_nobody_withdraw_anything() {
    let (mut shop, sale) = Shop::waiting(1).await;
    shop.chain.include(&[whole(&sale)]);
    shop.watch().await;
    shop.nodes[0].fault(|faults| faults.lag = 80);
    shop.try_watch().await.unwrap_err();
    shop.nodes[0].heal();
    shop.watch().await;
    assert_eq!(shop.deposits(&sale).await.into_iter().collect::<Vec<_>>(), [("counted".into(), vec![PRICE])]);
}

#[tokio::test]
async fn a_head_that_stands_still_holds_up_nobody() {
    for stuck in 0..2 {
        let (mut shop, sale) = Shop::waiting(2).await;
        let later = shop.sell().await;
        shop.chain.include(&[whole(&sale)]);
        for block in 0..60 {
            let payments = if block == 5 { vec![whole(&later)] } else { vec![] };
            shop.chain.include(&payments);
            shop.nodes[stuck].fault(|faults| faults.lag += 1);
            shop.watch().await;
        }
        shop.sweep().await;
        shop.assert_executed(&sale, PRICE).await;
        shop.assert_executed(&later, PRICE).await;
    }
}

#[tokio::test]
async fn a_head_that_is_far_ahead_of_what_a_node_tells_of_makes_nobody_skip_a_block() {
    let (mut shop, sale) = Shop::waiting(2).await;
    shop.chain.include(&[whole(&sale)]);
    // Behind a load balancer one request may reach a node that knows the head and the next one that does not.
    shop.nodes[0].fault(|faults| faults.answer = Some((Some("eth_getLogs"), Answer::Nonsense)));
    shop.chain.mine(1);
    shop.watch().await;
    shop.assert_status(&sale, "executing", "processing").await;
}

#[tokio::test]
async fn requests_are_made_as_small_as_a_node_wants_them() {
    for (blocks, addresses) in [(Some(7), None), (None, Some(3)), (Some(7), Some(3)), (Some(1), Some(1))] {
        let mut shop = Shop::with(1, json!({})).await;
        let mut sales = Vec::new();
        for _ in 0..10 {
            sales.push(shop.sell().await);
        }
        shop.watch().await;
        shop.nodes[0].fault(|faults| {
            faults.max_log_blocks = blocks;
            faults.max_log_addresses = addresses;
        });
        for sale in &sales {
            shop.chain.include(&[whole(sale)]);
            shop.chain.mine(3);
        }
        shop.watch().await;
        shop.sweep().await;
        for sale in &sales {
            shop.assert_executed(sale, PRICE).await;
        }
    }
}

/// Ten orders, and a chain whose questions list two addresses: more than a few of them.
async fn crowded() -> (Shop, Vec<Sale>) {
    let mut shop = Shop::with(1, json!({"max_log_addresses": 2, "native": "ignored"})).await;
    let mut sales = Vec::new();
    for _ in 0..10 {
        sales.push(shop.sell().await);
    }
    shop.watch().await;
    shop.nodes[0].take_calls();
    (shop, sales)
}

#[tokio::test]
async fn many_addresses_cost_no_more_requests_than_a_few() {
    let (mut shop, sales) = crowded().await;
    for sale in &sales {
        shop.chain.include(&[whole(sale), Payment::new(&format!("0x{:040x}", 5), PRICE)]);
    }
    shop.chain.mine(DEPTH);
    shop.watch().await;
    assert_eq!(shop.nodes[0].take_calls()["eth_getLogs"], 2);
    shop.sweep().await;
    for sale in &sales {
        shop.assert_executed(sale, PRICE).await;
    }
}

#[tokio::test]
async fn a_node_that_does_not_tell_all_transfers_of_a_block_is_asked_by_address() {
    let (mut shop, sales) = crowded().await;
    shop.nodes[0].fault(|faults| faults.max_logs = Some(2));
    shop.chain.include(&sales.iter().map(whole).collect::<Vec<_>>());
    shop.chain.mine(DEPTH);
    shop.watch().await;
    shop.sweep().await;
    for sale in &sales {
        shop.assert_executed(sale, PRICE).await;
    }
}

#[tokio::test]
async fn after_a_node_that_refuses_everything_the_next_one_is_asked_as_usual() {
    let (mut shop, sale) = Shop::waiting(2).await;
    shop.chain.include(&[whole(&sale)]);
    shop.chain.mine(100);
    shop.nodes[0].fault(|faults| faults.answer = Some((Some("eth_getLogs"), Answer::Error)));
    shop.nodes[1].take_calls();
    shop.watch().await;
    shop.sweep().await;
    shop.assert_executed(&sale, PRICE).await;
    assert!(shop.nodes[1].take_calls()["eth_getLogs"] <= 4);
}

#[tokio::test]
async fn a_node_of_another_chain_is_not_listened_to() {
    for wrong in 0..2 {
        let (mut shop, sale) = Shop::waiting(2).await;
        let other = shop.chain.fork();
        other.include(&[whole(&sale)]);
        other.mine(2 * DEPTH);
        shop.nodes[wrong].follow(&other);
        shop.nodes[wrong].fault(|faults| faults.chain_id = Some(CHAIN + 1));
        shop.chain.mine(2 * DEPTH);
        shop.watch().await;
        shop.sweep().await;
        shop.assert_status(&sale, "scanning_deposit_transaction", "open").await;
        assert!(shop.deposits(&sale).await.is_empty());
    }
}

#[tokio::test]
async fn safe_and_finalized_blocks_confirm_where_the_settings_say_so() {
    for (tag, depth) in [("safe", 4), ("finalized", 8)] {
        let mut shop = Shop::with(2, json!({"confirmations": tag})).await;
        let sale = shop.sell().await;
        shop.watch().await;
        shop.chain.include(&[whole(&sale)]);
        shop.chain.mine(depth - 1);
        shop.watch().await;
        shop.sweep().await;
        shop.assert_status(&sale, "executing", "processing").await;
        shop.chain.mine(1);
        shop.watch().await;
        shop.sweep().await;
        shop.assert_executed(&sale, PRICE).await;
    }
}
