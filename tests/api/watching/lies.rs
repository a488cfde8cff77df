//! Nodes that leave deposits out, make deposits up, or are on another fork.

use tests::sim::{Payment, SimNode};

use super::shop::{DEPTH, PRICE, Sale, Shop, whole};

/// A payment that some nodes claim to be in the newest block.
fn invent(shop: &Shop, payment: &Payment, nodes: &[usize]) {
    for node in nodes {
        let invented = (shop.chain.head(), payment.clone());
        shop.nodes[*node].fault(|faults| faults.invented.push(invented));
    }
}

async fn poll_often(shop: &mut Shop) {
    for _ in 0..3 {
        let _ = shop.try_watch().await;
        let _ = shop.try_sweep().await;
        shop.wait(5).await;
        shop.chain.mine(DEPTH);
    }
    let _ = shop.try_watch().await;
    let _ = shop.try_sweep().await;
}

async fn assert_never_executed(shop: &Shop, sale: &Sale) {
    let (order, _) = shop.status(sale).await;
    assert_ne!(order, "executed");
}

#[tokio::test]
async fn logs_that_one_of_two_nodes_leaves_out_are_found() {
    for liar in 0..2 {
        let (mut shop, sale) = Shop::waiting(2).await;
        let payment = whole(&sale);
        shop.nodes[liar].fault(|faults| faults.hidden_logs.extend([payment.hash.clone()]));
        shop.chain.include(&[payment]);
        poll_often(&mut shop).await;
        shop.assert_executed(&sale, PRICE).await;
        assert_eq!(shop.deposits(&sale).await.len(), 1);
    }
}

#[tokio::test]
async fn a_payment_that_one_of_three_nodes_knows_nothing_of_executes() {
    for liar in 0..3 {
        let (mut shop, sale) = Shop::waiting(3).await;
        let payment = whole(&sale);
        shop.nodes[liar].fault(|faults| faults.hidden.extend([payment.hash.clone()]));
        shop.chain.include(&[payment]);
        poll_often(&mut shop).await;
        shop.assert_executed(&sale, PRICE).await;
        assert_eq!(shop.deposits(&sale).await.len(), 1);
    }
}

#[tokio::test]
async fn of_two_nodes_that_contradict_each_other_neither_is_believed_until_they_agree() {
    for liar in 0..2 {
        let (mut shop, sale) = Shop::waiting(2).await;
        let payment = whole(&sale);
        shop.nodes[liar].fault(|faults| faults.hidden.extend([payment.hash.clone()]));
        shop.chain.include(&[payment]);
        poll_often(&mut shop).await;
        shop.assert_status(&sale, "executing", "processing").await;
        shop.nodes[liar].heal();
        poll_often(&mut shop).await;
        shop.assert_executed(&sale, PRICE).await;
    }
}

#[tokio::test]
async fn a_payment_that_one_of_three_nodes_makes_up_never_executes() {
    for liar in 0..3 {
        let (mut shop, sale) = Shop::waiting(3).await;
        shop.chain.mine(1);
        invent(&shop, &whole(&sale), &[liar]);
        poll_often(&mut shop).await;
        assert_never_executed(&shop, &sale).await;
        assert!(shop.counted(&sale).await.is_empty(), "of node {liar}");
        // What is really paid executes.
        shop.chain.include(&[whole(&sale)]);
        poll_often(&mut shop).await;
        shop.assert_executed(&sale, PRICE).await;
    }
}

#[tokio::test]
async fn a_payment_that_one_of_two_nodes_makes_up_never_executes() {
    for liar in 0..2 {
        let (mut shop, sale) = Shop::waiting(2).await;
        shop.chain.mine(1);
        invent(&shop, &whole(&sale), &[liar]);
        poll_often(&mut shop).await;
        assert_never_executed(&shop, &sale).await;
        shop.nodes[liar].heal();
        poll_often(&mut shop).await;
        assert!(shop.counted(&sale).await.is_empty());
    }
}

#[tokio::test]
async fn an_amount_that_one_of_three_nodes_makes_up_does_not_count() {
    for liar in 0..3 {
        let (mut shop, sale) = Shop::waiting(3).await;
        let real = Payment::new(&sale.address, 5);
        let lie = Payment { amount: PRICE, ..real.clone() };
        shop.nodes[liar].fault(|faults| faults.changed.extend([(real.hash.clone(), lie)]));
        shop.chain.include(&[real]);
        poll_often(&mut shop).await;
        assert_never_executed(&shop, &sale).await;
        assert_eq!(shop.counted(&sale).await, [5], "node {liar} lies");
    }
}

#[tokio::test]
async fn a_node_on_another_fork_confirms_nothing_there_and_withdraws_nothing_here() {
    for stray in 0..3 {
        let (mut shop, sale) = Shop::waiting(3).await;
        let other = shop.chain.fork();
        let elsewhere = shop.sell().await;
        shop.nodes[stray].follow(&other);
        shop.chain.include(&[whole(&sale)]);
        other.include(&[whole(&elsewhere)]);
        for _ in 0..8 {
            let _ = shop.try_watch().await;
            let _ = shop.try_sweep().await;
            shop.wait(5).await;
            shop.chain.mine(DEPTH);
            other.mine(DEPTH);
        }
        shop.assert_executed(&sale, PRICE).await;
        assert_never_executed(&shop, &elsewhere).await;
        assert!(shop.counted(&elsewhere).await.is_empty());
    }
}

#[tokio::test]
async fn two_nodes_on_two_forks_confirm_nothing_until_they_agree() {
    let (mut shop, sale) = Shop::waiting(2).await;
    let other = shop.chain.fork();
    shop.nodes[1].follow(&other);
    shop.chain.include(&[whole(&sale)]);
    for _ in 0..4 {
        let _ = shop.try_watch().await;
        shop.try_sweep().await.unwrap();
        shop.chain.mine(DEPTH);
        other.mine(DEPTH + 1);
    }
    shop.assert_status(&sale, "executing", "processing").await;
    shop.nodes[1].follow(&shop.chain);
    shop.nodes.iter().for_each(SimNode::heal);
    shop.watch().await;
    shop.sweep().await;
    shop.assert_executed(&sale, PRICE).await;
}
