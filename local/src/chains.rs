//! Watching and sweeping beside the API: a schedule in the cloud, a loop here.

use std::{
    fmt,
    future::Future,
    pin::Pin,
    sync::Arc,
    time::{Duration, Instant},
};

use aws_sdk_dynamodb::Client;
use chain::{ChainContext, ChainStore, EvidenceQueue, GasWallet, Node, Nodes, QueueError, Sweeper, Watcher};
use shared::{App, checkout::Evidence, edge::random_bits};
use tokio::task::JoinHandle;

use crate::{helpers::deliver, policies::acting_as, server::BoxError};

/// The duration of a run; the next one follows at once.
const RUN: Duration = Duration::from_secs(60);

/// Passes evidence to `record-payment` without a queue in between.
struct Direct(App);

impl fmt::Debug for Direct {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Direct")
    }
}

impl EvidenceQueue for Direct {
    fn send<'a>(
        &'a self,
        evidence: &'a [Evidence],
    ) -> Pin<Box<dyn Future<Output = Result<(), QueueError>> + Send + 'a>> {
        Box::pin(async move {
            let pieces = evidence.iter().map(serde_json::to_value).collect::<Result<_, _>>()?;
            match deliver(&self.0, pieces).await? {
                Some(piece) => Err(format!("record-payment could not append piece {piece}").into()),
                None => Ok(()),
            }
        })
    }
}

/// The context of each of the app's chains, with stored items in `table` of the database.
///
/// # Errors
/// An RPC URL that cannot be used here.
pub(crate) fn contexts(app: &App, client: Client, table: &str) -> Result<Vec<ChainContext>, BoxError> {
    let store = ChainStore::new(client, table.to_owned());
    let queue = Arc::new(Direct(app.clone()));
    let contexts = app.settings.chains.iter().map(|chain| {
        let nodes = chain.rpc.iter().enumerate().map(|(index, rpc)| match rpc.parameter() {
            Some(_) => Err("an ssm: RPC URL works in the cloud only; give the URL itself".into()),
            None => Node::new(rpc.as_str(), chain, index),
        });
        Ok(ChainContext {
            chain: chain.clone(),
            nodes: Nodes::new(chain.id, nodes.collect::<Result<_, BoxError>>()?),
            store: store.clone(),
            orders: app.checkout.clone(),
            queue: queue.clone(),
            clock: app.clock.clone(),
            worker: format!("{:032x}", random_bits()),
        })
    });
    contexts.collect()
}

/// Watches and sweeps, until the tasks are ended.
pub(crate) fn start(contexts: Vec<ChainContext>, gas_wallet: Option<&GasWallet>) -> Vec<JoinHandle<()>> {
    let mut tasks = Vec::new();
    for context in contexts {
        let sweeper = Sweeper::new(context.clone(), gas_wallet.cloned());
        let mut watchers = [Watcher::new(context)];
        tasks.push(tokio::spawn(async move {
            loop {
                // Failures have been logged.
                let run = watch_deposits::handle(&mut watchers, Instant::now() + RUN);
                let _ = acting_as("watch-deposits", run).await;
            }
        }));
        tasks.push(tokio::spawn(async move {
            let sweepers = [sweeper];
            loop {
                let run = sweep_deposits::handle(&sweepers, Instant::now() + RUN);
                let _ = acting_as("sweep-deposits", run).await;
            }
        }));
    }
    tasks
}
