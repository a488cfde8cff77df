//! What watching and settling work with in the cloud.

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

use crate::{ChainStore, EvidenceQueue, Node, Purse, QueueError, Tools};

type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// How long before Lambda's own limit to end: a look takes a few seconds, and the log has to get out.
const BEFORE_DEADLINE: Duration = Duration::from_secs(8);

/// The environment and what it leads to.
#[derive(Debug)]
pub struct Settings {
    tools: Vec<Tools>,
    factory: alloy::primitives::Address,
    ssm: aws_sdk_ssm::Client,
}

impl Settings {
    /// Reads the environment, gets what it keeps in SSM, and connects.
    ///
    /// # Errors
    /// What is missing or cannot be read.
    pub async fn from_env() -> Result<Self, BoxError> {
        let app = App::from_env().await?.with_chains()?;
        let ssm = aws_sdk_ssm::Client::new(&sdk_config().await?);
        let queue = Arc::new(Queue::from_env("EVIDENCE_QUEUE_URL").await?);
        let store = ChainStore::new(connect(false).await?, required_variable("CHAINS_TABLE")?);
        let mut tools = Vec::new();
        for chain in app.settings.chains.iter() {
            tools.push(Tools {
                chain: chain.clone(),
                nodes: nodes(&ssm, chain).await?,
                store: store.clone(),
                orders: app.checkout.clone(),
                queue: queue.clone(),
                clock: app.clock.clone(),
                me: format!("{:032x}", random_bits()),
            });
        }
        Ok(Self { tools, factory: app.settings.forwarder_factory, ssm })
    }

    /// For each chain, what to watch or settle it with.
    pub fn tools(self) -> Vec<Tools> {
        self.tools
    }

    /// What pays for gas, where the deployment has it.
    ///
    /// # Errors
    /// That the key cannot be had, or used.
    pub async fn purse(&self) -> Result<Option<Purse>, BoxError> {
        let Some(parameter) = variable("GAS_KEY_PARAMETER") else { return Ok(None) };
        let key = secret(&self.ssm, &parameter).await?;
        Ok(Some(Purse::new(&key, self.factory)?))
    }
}

/// When to end, given when Lambda will end the invocation, in milliseconds since the epoch.
pub fn end_of(deadline: u64) -> Instant {
    let now = u64::try_from(shared::edge::Clock::default().now().millis()).unwrap_or_default();
    let left = Duration::from_millis(deadline.saturating_sub(now));
    Instant::now() + left.saturating_sub(BEFORE_DEADLINE)
}

async fn nodes(ssm: &aws_sdk_ssm::Client, chain: &Chain) -> Result<Vec<Node>, BoxError> {
    let timeout = Duration::from_millis(chain.rpc_timeout_millis);
    let mut nodes = Vec::new();
    for rpc in &chain.rpc {
        let node = match rpc.parameter() {
            Some(parameter) => Node::new(secret(ssm, parameter).await?.trim(), timeout)?,
            None => Node::new(rpc.as_str(), timeout)?,
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
