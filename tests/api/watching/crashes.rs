//! Two workers for one chain, and watchers that die at every point.

use chain::{Sweeper, Watcher};
use futures_util::future::join_all;
use tests::{
    proxy::{Fault, Proxy},
    sim::{Payment, SimChain},
};

use super::shop::{DEPTH, PRICE, Sale, Shop};

/// More calls than any of the polls here makes.
const MANY: usize = 400;

#[tokio::test]
async fn of_two_watchers_one_watches_until_it_dies() {
    let (mut shop, sale) = Shop::waiting(1).await;
    let mut second = Watcher::new(shop.context());
    shop.chain.include(&[Payment::new(&sale.address, PRICE)]);
    assert!(!second.poll().await.unwrap());
    assert!(shop.counted(&sale).await.is_empty());
    shop.wait(29).await;
    assert!(!second.poll().await.unwrap());
    shop.wait(1).await;
    assert!(second.poll().await.unwrap());
    assert_eq!(shop.counted(&sale).await, [PRICE]);
    // A dead watcher that wakes up has nothing to do any more.
    assert!(!shop.try_watch().await.unwrap());
}

#[tokio::test]
async fn of_two_sweepers_one_sweeps_until_it_dies() {
    let (mut shop, sale) = Shop::waiting(1).await;
    assert!(shop.try_sweep().await.unwrap());
    let second = Sweeper::new(shop.context(), None);
    shop.chain.include(&[Payment::new(&sale.address, PRICE)]);
    shop.chain.mine(DEPTH);
    shop.watch().await;
    assert!(!second.poll().await.unwrap());
    shop.assert_status(&sale, "executing", "processing").await;
    shop.wait(30).await;
    assert!(second.poll().await.unwrap());
    shop.assert_executed(&sale, PRICE).await;
}

/// The scene of a doomed watcher: a part of the payment that it has seen is moved, another one is new, and one
/// becomes final.
struct Scene {
    shop: Shop,
    sale: Sale,
    moved: Payment,
    /// The chain as it was before, had it gone on.
    before: SimChain,
}

const PARTS: [u128; 3] = [300_000, 300_000, 400_000];

impl Scene {
    async fn set(proxy: &Proxy) -> Self {
        let mut shop = Shop::behind(proxy, 2).await;
        let sale = shop.sell().await;
        shop.watch().await;
        let part = |amount| Payment::new(&sale.address, amount);
        let moved = part(PARTS[1]);
        shop.chain.include(&[part(PARTS[0])]);
        shop.chain.include(std::slice::from_ref(&moved));
        shop.watch().await;
        shop.chain.mine(1);
        let before = shop.chain.fork();
        before.mine(2);
        shop.chain.reorganise(2, &[&[], &[moved.clone(), part(PARTS[2])], &[]]);
        Self { shop, sale, moved, before }
    }

    /// Checks that a new watcher completes the dead one's work.
    async fn check(mut self, place: &str) {
        self.shop.restart().await;
        self.shop.watch().await;
        assert_eq!(self.shop.counted(&self.sale).await, PARTS, "{place}");
        self.shop.confirm().await;
        self.shop.assert_executed(&self.sale, PRICE).await;
    }

    /// The same where the chain drops the new payment and moves the other before the next poll.
    async fn check_after_another_reorganisation(self, place: &str) {
        self.shop.chain.reorganise(2, &[&[], &[], std::slice::from_ref(&self.moved)]);
        self.check_after_the_rest_is_paid(place).await;
    }

    /// The same where the chain goes back to what it had before.
    async fn check_after_going_back(self, place: &str) {
        self.shop.chain.switch_to(&self.before);
        self.check_after_the_rest_is_paid(place).await;
    }

    async fn check_after_the_rest_is_paid(mut self, place: &str) {
        self.shop.restart().await;
        self.shop.watch().await;
        assert_eq!(self.shop.counted(&self.sale).await, PARTS[..2], "{place}");
        self.shop.chain.include(&[Payment::new(&self.sale.address, PARTS[2])]);
        self.shop.watch().await;
        self.shop.confirm().await;
        // An order that was executing stays so; the deposits that are there in the end count.
        self.shop.assert_executed(&self.sale, PRICE).await;
    }
}

/// Has a watcher and a sweeper die at the database call after `calls` others. `true` if there was one.
async fn die_at_call(scene: &mut Scene, proxy: &Proxy, calls: usize, fault: &Fault) -> bool {
    proxy.inject_after(calls, fault);
    tokio::select! {
        _ = async { let _ = scene.shop.try_watch().await; scene.shop.try_sweep().await } => {}
        () = proxy.hung() => {}
    }
    proxy.heal() == 0
}

#[derive(Debug, Clone, Copy)]
enum Then {
    Nothing,
    Reorganised,
    Back,
}

/// A watcher that dies at its n-th database call, in one of the ways, and what the chain does then.
async fn one_death(calls: usize, fault: &Fault, then: Then) -> bool {
    let proxy = Proxy::start().await;
    let mut scene = Scene::set(&proxy).await;
    let place = format!("{fault:?} after {calls} calls, {then:?}");
    if !die_at_call(&mut scene, &proxy, calls, fault).await {
        return false;
    }
    match then {
        Then::Nothing => scene.check(&place).await,
        Then::Reorganised => scene.check_after_another_reorganisation(&place).await,
        Then::Back => scene.check_after_going_back(&place).await,
    }
    true
}

/// To die before a call is to die after the one before it.
async fn die_at_every_call(then: Then) {
    let mut deaths = 0;
    for first in (0..MANY).step_by(8) {
        let some = join_all((first..first + 8).map(|calls| one_death(calls, &Fault::Hangs, then))).await;
        deaths += some.iter().filter(|died| **died).count();
        if some.contains(&false) {
            assert!(deaths > 20, "only {deaths}");
            return;
        }
    }
    panic!("the poll never ended");
}

#[tokio::test]
async fn a_watcher_that_dies_at_any_write_leaves_nothing_undone() {
    die_at_every_call(Then::Nothing).await;
}

#[tokio::test]
async fn what_a_watcher_left_when_it_died_survives_another_reorganisation() {
    die_at_every_call(Then::Reorganised).await;
}

#[tokio::test]
async fn what_a_watcher_left_when_it_died_survives_the_way_back() {
    die_at_every_call(Then::Back).await;
}

#[tokio::test]
async fn a_lost_answer_of_the_database_is_asked_for_again_and_nothing_is_done_twice() {
    for first in (0..MANY).step_by(8) {
        let some = join_all((first..first + 8).map(|calls| async move {
            let proxy = Proxy::start().await;
            let mut scene = Scene::set(&proxy).await;
            proxy.inject_after(calls, &Fault::AnswerLost);
            scene.shop.watch().await;
            let met = proxy.heal() == 0;
            assert_eq!(scene.shop.counted(&scene.sale).await, PARTS, "after {calls} calls");
            scene.shop.confirm().await;
            scene.shop.assert_executed(&scene.sale, PRICE).await;
            met
        }));
        if some.await.contains(&false) {
            return;
        }
    }
    panic!("the poll never ended");
}

#[tokio::test]
async fn a_watcher_that_dies_at_any_request_to_a_node_leaves_nothing_undone() {
    for calls in 0..MANY {
        let proxy = Proxy::start().await;
        let scene = Scene::set(&proxy).await;
        let place = format!("after {calls} requests");
        let node = &scene.shop.nodes[calls % 2];
        node.fault(|faults| faults.hang_after = Some(calls / 2));
        let mut watcher = Watcher::new(scene.shop.api.server.chain_contexts[0].clone());
        let died =
            tokio::select! { polled = watcher.poll() => { polled.unwrap(); false } () = node.hung() => true };
        node.heal();
        if !died && calls % 2 == 1 {
            return;
        }
        scene.check(&place).await;
    }
    panic!("the poll never ended");
}
