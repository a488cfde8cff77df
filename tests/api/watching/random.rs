//! Whatever happens in whatever order: in the end an order shows what the chain has.

use tests::sim::{Answer, NATIVE, Payment, SimNode, TOKEN};

use super::shop::{DEPTH, PRICE, Sale, Shop};

const HISTORIES: u64 = 8;
const STEPS: usize = 40;

struct History {
    shop: Shop,
    sales: Vec<Sale>,
    /// Dropped by a reorganisation, and not back in a block yet.
    pending: Vec<Payment>,
    random: fastrand::Rng,
}

impl History {
    async fn begin(seed: u64) -> Self {
        let mut shop = Shop::with(3, serde_json::json!({"max_log_blocks": 2})).await;
        let sales = vec![shop.sell().await, shop.sell().await, shop.sell_for(NATIVE).await];
        shop.watch().await;
        Self { shop, sales, pending: Vec::new(), random: fastrand::Rng::with_seed(seed) }
    }

    fn payment(&mut self) -> Payment {
        let sale = &self.sales[self.random.usize(..self.sales.len())];
        let amount = self.random.u128(1..400_000);
        if self.random.bool() {
            Payment::new(&sale.address, amount)
        } else {
            Payment::native(&sale.address, amount)
        }
    }

    async fn step(&mut self) {
        match self.random.u32(0..12) {
            0 | 1 => {
                let payment = self.payment();
                drop(self.shop.chain.include(&[payment]));
            }
            2 => self.shop.chain.mine(self.random.u64(1..4)),
            3 if self.random.bool() => self.reorganise(),
            4 => {
                let back = std::mem::take(&mut self.pending);
                drop(self.shop.chain.include(&back));
            }
            5 => self.break_a_node(),
            6 => self.shop.nodes.iter().for_each(SimNode::heal),
            7 => self.die().await,
            _ => drop(self.shop.try_watch().await),
        }
    }

    /// Drops some of the newest blocks. Their payments go back to those that wait, or into other blocks.
    fn reorganise(&mut self) {
        let depth = self.random.usize(1..6);
        let blocks = self.shop.chain.blocks();
        let dropped = blocks.iter().rev().take(depth).flat_map(|block| block.payments.clone());
        self.pending.extend(dropped);
        let split = self.random.usize(0..=self.pending.len());
        let back = self.pending.split_off(split);
        let mut new: Vec<&[Payment]> = vec![&[]; depth + 1];
        new[self.random.usize(..=depth)] = &back;
        self.shop.chain.reorganise(depth, &new);
    }

    fn break_a_node(&mut self) {
        let lag = self.random.u64(0..5);
        let answers = [Answer::Status(500), Answer::Error, Answer::Garbage, Answer::Nonsense];
        let answer = answers[self.random.usize(..answers.len())];
        let method = [None, Some("eth_getLogs"), Some("eth_getBlockByNumber")][self.random.usize(..3)];
        let broken = &self.shop.nodes[self.random.usize(..3)];
        broken.fault(|faults| faults.lag = lag);
        if lag == 0 {
            broken.fault(|faults| faults.answer = Some((method, answer)));
        }
    }

    async fn die(&mut self) {
        let node = self.random.usize(..3);
        let calls = self.random.usize(0..12);
        self.shop.nodes[node].fault(|faults| faults.hang_after = Some(calls));
        let mut watcher = chain::Watcher::new(self.shop.api.server.chain_contexts[0].clone());
        tokio::select! { _ = watcher.poll() => {} () = self.shop.nodes[node].hung() => {} }
        self.shop.nodes[node].heal();
        self.shop.restart().await;
    }

    /// All is well again, and what waited is in a block.
    async fn end(mut self, seed: u64) {
        self.shop.nodes.iter().for_each(SimNode::heal);
        let back = std::mem::take(&mut self.pending);
        self.shop.chain.include(&back);
        self.shop.chain.mine(2 * DEPTH);
        self.shop.restart().await;
        for _ in 0..2 {
            self.shop.watch().await;
            self.shop.chain.mine(1);
        }
        self.shop.wait(600).await;
        self.shop.sweep().await;
        let tokens = [TOKEN, TOKEN, NATIVE];
        for (sale, token) in self.sales.iter().zip(tokens) {
            let paid = self.shop.chain.paid(token, &sale.address);
            let counted: u128 = self.shop.counted(sale).await.iter().sum();
            assert_eq!(counted, paid, "seed {seed}");
            let (status, _) = self.shop.status(sale).await;
            assert_eq!(status == "executed", paid >= PRICE, "seed {seed}: {paid} paid, {status}");
        }
    }
}

#[tokio::test]
async fn in_the_end_an_order_shows_what_the_chain_has() {
    let first = fastrand::u64(..u64::MAX / 2);
    for seed in first..first + HISTORIES {
        let mut history = History::begin(seed).await;
        for _ in 0..STEPS {
            history.step().await;
        }
        history.end(seed).await;
    }
}
