//! The setting of a test: which server it starts, on which database.

use local::{Options, Server};
use shared::chains::Chains;

use crate::{client::Api, dynamodb::ENDPOINT_VARIABLE, proxy::Proxy};

/// A server with tables of its own, without API keys unless it is told otherwise.
#[derive(Debug)]
pub struct Scenario {
    options: Options,
}

impl Default for Scenario {
    fn default() -> Self {
        let endpoint = std::env::var(ENDPOINT_VARIABLE).ok();
        Self { options: Options { endpoint, ..Options::default() } }
    }
}

impl Scenario {
    pub fn new() -> Self {
        Self::default()
    }

    /// On the embedded database, whatever the environment names: it follows the server's clock.
    pub fn embedded(self) -> Self {
        self.with(|options| options.endpoint = None)
    }

    /// With a proxy between the functions and the database.
    pub fn behind(self, proxy: &Proxy) -> Self {
        let endpoint = Some(proxy.url.clone());
        self.with(|options| options.endpoint = endpoint)
    }

    /// With API keys required.
    pub fn with_keys(self) -> Self {
        self.with(|options| options.api_keys = true)
    }

    /// With chains configured.
    pub fn watching(self, chains: Chains) -> Self {
        self.with(|options| options.chains = chains)
    }

    /// With any other option of the server.
    pub fn with(mut self, change: impl FnOnce(&mut Options)) -> Self {
        change(&mut self.options);
        self
    }

    pub async fn start(mut self) -> Api {
        self.options.table_prefix = format!("test-{}-", uuid::Uuid::now_v7().simple());
        Api::of(Server::start(self.options).await.expect("the server starts"))
    }
}
