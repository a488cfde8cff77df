//! The cost of one poll of the watcher, with a simulated chain and the embedded engine: by the number of awaited
//! addresses, of new blocks, and of orders long past.

use std::time::Instant;

use anyhow::{Context as _, Result, anyhow, ensure};
use aws_sdk_dynamodb::{
    Client,
    types::{AttributeValue, PutRequest, StreamSpecification, WriteRequest},
};
use chain::Watcher;
use local::{Options, Server};
use serde::Serialize;
use serde_json::json;
use shared::{
    chains::Chains,
    checkout::Awaited,
    dynamo::{connect_to, to_item},
    edge::random_bits,
    kernel::{ChainId, OrderId, Timestamp},
};
use tests::{
    proxy::Proxy,
    sim::{SimChain, SimNode, TOKEN},
};

const CHAIN: u64 = 31337;

/// The numbers of awaited addresses, and of past ones.
const BACKLOGS: [(usize, usize); 4] = [(1_000, 0), (10_000, 0), (100_000, 0), (1_000, 100_000)];

/// The number of new blocks since the last poll; the very first poll reads the addresses.
const BLOCKS: [u64; 5] = [0, 1, 100, 1_000, 10_000];

/// The most items that `BatchWriteItem` takes.
const ITEMS_AT_ONCE: usize = 25;

/// The cost of one poll.
#[derive(Debug, Serialize)]
pub(crate) struct Look {
    pub(crate) awaited: usize,
    pub(crate) past: usize,
    pub(crate) blocks: u64,
    /// `eth_getBlockByNumber`
    pub(crate) block_calls: usize,
    /// `eth_getLogs`
    pub(crate) log_calls: usize,
    pub(crate) other_calls: usize,
    pub(crate) dynamodb_calls: usize,
    pub(crate) items_read: u64,
    pub(crate) milliseconds: f64,
}

/// A server with a backlog, whose chain is polled by hand.
struct Scene {
    chain: SimChain,
    node: SimNode,
    proxy: Proxy,
    server: Server,
    watcher: Watcher,
}

/// Polls with each backlog after each number of blocks. `quick` leaves out the largest of both.
pub(crate) async fn measure(quick: bool) -> Result<Vec<Look>> {
    let mut looks = Vec::new();
    for (awaited, past) in BACKLOGS.into_iter().filter(|(awaited, _)| !quick || *awaited < 100_000) {
        eprintln!("measuring polls for {awaited} addresses, with {past} past ones");
        let mut scene = Scene::set().await?;
        scene.fill(awaited, past).await?;
        for blocks in BLOCKS.into_iter().filter(|blocks| !quick || *blocks < 10_000) {
            looks.push(Look { awaited, past, ..scene.look(blocks).await? });
        }
    }
    Ok(looks)
}

impl Scene {
    async fn set() -> Result<Self> {
        let proxy = Proxy::start().await;
        let chain = SimChain::new(1_000, shared::edge::Clock::default().now().millis());
        let node = SimNode::start(CHAIN, &chain).await;
        let entry = json!({"rpc": [node.url], "tokens": [TOKEN], "confirmations": 3});
        let chains = Chains::parse(&json!({CHAIN.to_string(): entry}).to_string())?;
        let endpoint = Some(proxy.url.clone());
        let options = Options { endpoint, chains, leave_chains: true, ..Options::default() };
        let server = Server::start(options).await?;
        let context = server.chain_contexts.first().context("no chain is watched")?;
        let watcher = Watcher::new(context.clone());
        Ok(Self { chain, node, proxy, server, watcher })
    }

    /// Writes the addresses as orders' transactions would, but many at once.
    async fn fill(&self, awaited: usize, past: usize) -> Result<()> {
        let client = connect_to(&self.server.database).map_err(|error| anyhow!(error))?;
        // The embedded engine slows down as a stream grows, and nobody reads this one.
        let no_stream = StreamSpecification::builder().stream_enabled(false).build()?;
        client.update_table().table_name("OrdersTable").stream_specification(no_stream).send().await?;
        let now = self.server.app.clock.now();
        let (new, old) = (now.plus_millis(-1000), now.plus_millis(-60 * 60 * 60 * 1000));
        for (count, made_at) in [(past, old), (awaited, new)] {
            for first in (0..count).step_by(ITEMS_AT_ONCE) {
                write(&client, made_at, ITEMS_AT_ONCE.min(count - first)).await?;
            }
        }
        let chain = ChainId::new(CHAIN).context("CHAIN is not a chain id")?;
        let found = self.server.app.checkout.awaited(chain, Timestamp::from_millis(0), now).await?;
        ensure!(found.len() == awaited, "{} addresses are awaited, not {awaited}", found.len());
        Ok(())
    }

    async fn look(&mut self, blocks: u64) -> Result<Look> {
        self.chain.mine(blocks);
        self.node.take_calls();
        self.proxy.take_operations();
        self.proxy.take_items_read();
        let started = Instant::now();
        ensure!(self.watcher.poll().await?, "lost the chain's lease to another watcher");
        let milliseconds = started.elapsed().as_secs_f64() * 1e3;
        let mut calls = self.node.take_calls();
        let mut of = |method: &str| calls.remove(method).unwrap_or_default();
        let (block_calls, log_calls) = (of("eth_getBlockByNumber"), of("eth_getLogs"));
        Ok(Look {
            awaited: 0,
            past: 0,
            blocks,
            block_calls,
            log_calls,
            other_calls: calls.into_values().sum(),
            dynamodb_calls: self.proxy.take_operations().len(),
            items_read: self.proxy.take_items_read(),
            milliseconds,
        })
    }
}

async fn write(client: &Client, made_at: Timestamp, count: usize) -> Result<()> {
    let writes = (0..count).map(|_| {
        let put = PutRequest::builder().set_item(Some(awaited_item(made_at)?)).build()?;
        Ok(WriteRequest::builder().put_request(put).build())
    });
    let writes: Vec<_> = writes.collect::<Result<_>>()?;
    let answer = client.batch_write_item().request_items("OrdersTable", writes).send().await?;
    ensure!(answer.unprocessed_items.is_none_or(|left| left.is_empty()), "items were not written");
    Ok(())
}

/// As `shared/src/checkout/awaited.rs` writes it; reading all of them back proves that they match.
fn awaited_item(made_at: Timestamp) -> Result<std::collections::HashMap<String, AttributeValue>> {
    let order_id = OrderId::new(random_bits());
    let awaited = Awaited {
        order_id,
        address: format!("0x{:08x}{:032x}", random_bits() >> 96, random_bits()),
        native: false,
        created_at: made_at,
        watched_until: made_at.plus_millis(26 * 60 * 60 * 1000),
    };
    let mut item = to_item(&awaited)?;
    item.insert("pk".to_owned(), AttributeValue::S(format!("awaited#{CHAIN}")));
    item.insert("sk".to_owned(), AttributeValue::S(format!("{:013}#{order_id}", made_at.millis())));
    Ok(item)
}
