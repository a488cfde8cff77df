//! The set-up of watching and sweeping in the cloud.

use std::{
    future::Future,
    pin::Pin,
    sync::Arc,
    time::{Duration, Instant},
};

use shared::edge::queue::Queue;
use shared::{
    App,
    chains::Chain,
    checkout::Evidence,
    dynamo::{connect, sdk_config},
    edge::{random_bits, required_variable, variable},
};

use crate::{
    context::ChainContext,
    node::Node,
    nodes::Nodes,
    queue::{EvidenceQueue, QueueError},
    store::ChainStore,
    sweep::GasWallet,
};

type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// The time before Lambda's own limit at which to end: a poll takes a few seconds, and the log has to get out.
const BEFORE_DEADLINE: Duration = Duration::from_secs(8);

/// The environment, with the clients and secrets that it names.
#[derive(Debug)]
pub struct Settings {
    contexts: Vec<ChainContext>,
    factory: alloy::primitives::Address,
    ssm: aws_sdk_ssm::Client,
}

impl Settings {
    /// Reads the environment and the secrets in SSM, and connects.
    ///
    /// # Errors
    /// A setting or secret that is missing or cannot be read.
    pub async fn from_env() -> Result<Self, BoxError> {
        let app = App::from_env().await?.with_chains()?;
        let ssm = aws_sdk_ssm::Client::new(&sdk_config().await?);
        let queue = Arc::new(Queue::from_env("EVIDENCE_QUEUE_URL").await?);
        let store = ChainStore::new(connect(false).await?, required_variable("CHAINS_TABLE")?);
        let mut contexts = Vec::new();
        for chain in app.settings.chains.iter() {
            contexts.push(ChainContext {
                chain: chain.clone(),
                nodes: Nodes::new(chain.id, nodes(&ssm, chain).await?),
                store: store.clone(),
                orders: app.checkout.clone(),
                queue: queue.clone(),
                clock: app.clock.clone(),
                worker: format!("{:032x}", random_bits()),
            });
        }
        Ok(Self { contexts, factory: app.settings.forwarder_factory, ssm })
    }

    /// The context of each chain.
    pub fn contexts(self) -> Vec<ChainContext> {
        self.contexts
    }

    /// The gas wallet, where the deployment has one.
    ///
    /// # Errors
    /// A key that cannot be read or used.
    pub async fn gas_wallet(&self) -> Result<Option<GasWallet>, BoxError> {
        let Some(parameter) = variable("GAS_KEY_PARAMETER") else { return Ok(None) };
        let key = secret(&self.ssm, &parameter).await?;
        Ok(Some(GasWallet::new(&key, self.factory)?))
    }
}

/// The time to end at, given Lambda's deadline for the invocation in milliseconds since the epoch.
pub fn end_of(deadline: u64) -> Instant {
    let now = u64::try_from(shared::edge::Clock::default().now().millis()).unwrap_or_default();
    let left = Duration::from_millis(deadline.saturating_sub(now));
    Instant::now() + left.saturating_sub(BEFORE_DEADLINE)
}

async fn nodes(ssm: &aws_sdk_ssm::Client, chain: &Chain) -> Result<Vec<Node>, BoxError> {
    let mut nodes = Vec::new();
    for (index, rpc) in chain.rpc.iter().enumerate() {
        let node = match rpc.parameter() {
            Some(parameter) => Node::new(secret(ssm, parameter).await?.trim(), chain, index)?,
            None => Node::new(rpc.as_str(), chain, index)?,
        };
        nodes.push(node);
    }
    Ok(nodes)
}

async fn secret(ssm: &aws_sdk_ssm::Client, name: &str) -> Result<String, BoxError> {
    let answer = ssm.get_parameter().name(name).with_decryption(true).send().await?;
    let value = answer.parameter.and_then(|parameter| parameter.value);
    value.ok_or_else(|| format!("the SSM parameter {name} has no value").into())
}

impl EvidenceQueue for Queue {
    fn send<'a>(
        &'a self,
        evidence: &'a [Evidence],
    ) -> Pin<Box<dyn Future<Output = Result<(), QueueError>> + Send + 'a>> {
        Box::pin(async move {
            let messages: Vec<_> = evidence.iter().map(serde_json::to_string).collect::<Result<_, _>>()?;
            self.send(messages).await
        })
    }
}
