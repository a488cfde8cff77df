//! A local server as the checks need it.

use std::time::Duration;

use admin::smoke::{Settings, Shop};
use local::{Options, Server};
use shared::{
    edge::random_bits,
    kernel::Owner,
    keys::{ApiKey, ApiKeyText, Scope},
};

/// A server whose events are published, as in the cloud.
pub(crate) async fn start(api_keys: bool, closed_lists: bool) -> Server {
    Server::start(Options { api_keys, closed_lists, background: true, ..Options::default() }).await.unwrap()
}

/// A new API key of a merchant of its own.
pub(crate) async fn key(server: &Server, scope: Scope) -> String {
    let text = ApiKeyText::new(random_bits(), [random_bits(), random_bits()]);
    let owner = Owner::parse("smoke").unwrap();
    let key = ApiKey::new(&text, owner, scope, None, server.app.clock.now());
    server.app.keys.add_api_key(&key).await.unwrap();
    text.reveal()
}

/// The settings for a server at `url`.
pub(crate) fn settings(url: &str, api_key: Option<String>) -> Settings {
    Settings { api_key, patience: Duration::from_secs(20), ..Settings::new(url) }
}

/// The checks' side of a server.
pub(crate) async fn shop(url: &str, api_key: Option<String>) -> Shop {
    Shop::open(settings(url, api_key)).await.unwrap()
}
