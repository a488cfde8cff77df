//! The command line.

use std::{fs, path::PathBuf};

use clap::Parser;
use local::Options;
use serde_json::{Map, Value, json};
use shared::{chains::Chains, edge::WalletConnect, kernel::ChainId};

/// Serves the checkout API on this machine, with its database in memory.
#[derive(Parser)]
pub(crate) struct Arguments {
    /// Port on 127.0.0.1; 0 for any free one
    #[arg(long, default_value_t = 3000)]
    port: u16,
    /// Directory to keep the data in, instead of memory
    #[arg(long, value_name = "DIR", conflicts_with = "endpoint")]
    pub(crate) data: Option<PathBuf>,
    /// Require API keys, which `cargo run -p admin -- keys create` creates
    #[arg(long)]
    api_keys: bool,
    /// Watch this chain and sweep its orders: its id and a node's URL, such as 31337=http://127.0.0.1:8545
    #[arg(long, value_name = "ID=URL", conflicts_with = "chains")]
    chain: Vec<String>,
    /// Watch the chains of this configuration document
    #[arg(long, value_name = "FILE")]
    chains: Option<PathBuf>,
    /// Offer WalletConnect on the hosted page, as this document sets it up
    #[arg(long, value_name = "FILE")]
    wallet_connect: Option<PathBuf>,
    /// File with the private key that pays for the gas of sweeps; without it, confirmed deposits execute
    #[arg(long, value_name = "FILE")]
    gas_key: Option<PathBuf>,
    /// Another DynamoDB, such as http://127.0.0.1:8000 (Amazon's DynamoDB Local)
    #[arg(long, value_name = "URL")]
    endpoint: Option<String>,
    /// A created stack's tables and policies, as `tests/interop/rehearsal` writes them; requires --endpoint with its
    /// database
    #[arg(long, value_name = "FILE", requires = "endpoint")]
    deployment: Option<PathBuf>,
}

impl Arguments {
    /// The server's options.
    ///
    /// # Errors
    /// The invalid argument, with the reason.
    pub(crate) fn options(self) -> Result<Options, String> {
        let chains = match &self.chains {
            Some(file) => Chains::parse(&read("--chains", file)?).map_err(|error| error.to_string())?,
            None => named_chains(&self.chain)?,
        };
        let deployment = self.deployment.map(|file| {
            let text = read("--deployment", &file)?;
            serde_json::from_str(&text).map_err(|error| format!("--deployment {}: {error}", file.display()))
        });
        let wallet_connect = self.wallet_connect.map(|file| {
            let text = read("--wallet-connect", &file)?;
            WalletConnect::parse(&text).map_err(|rule| format!("--wallet-connect {}: {rule}", file.display()))
        });
        Ok(Options {
            port: self.port,
            data: self.data,
            endpoint: self.endpoint,
            api_keys: self.api_keys,
            deployment: deployment.transpose()?,
            background: true,
            chains,
            wallet_connect: wallet_connect.transpose()?,
            gas_key: self.gas_key.map(|file| read("--gas-key", &file)).transpose()?,
            ..Options::default()
        })
    }
}

fn read(argument: &str, file: &PathBuf) -> Result<String, String> {
    fs::read_to_string(file).map_err(|error| format!("{argument} {}: {error}", file.display()))
}

/// Chains given by a node only. A chain that is not well known counts as a development chain: every token is watched,
/// its own is Ether, and one block on top confirms.
fn named_chains(chains: &[String]) -> Result<Chains, String> {
    let mut document = Map::new();
    for argument in chains {
        let parts = argument.split_once('=').and_then(|(id, url)| Some((id.parse().ok()?, url)));
        let Some((id, url)) = parts.and_then(|(id, url)| Some((ChainId::new(id)?, url))) else {
            return Err(format!("--chain {argument}: must be ID=URL, such as 31337=http://127.0.0.1:8545"));
        };
        let known = Chains::is_well_known(id);
        let entry = match known {
            true => json!({"rpc": [url]}),
            false => json!({
                "rpc": [url], "public_rpc": public(url), "tokens": "any", "confirmations": 1, "poll_seconds": 1,
                "native_token": {"symbol": "ETH", "name": "Ether", "decimals": 18},
            }),
        };
        document.insert(id.number().to_string(), entry);
    }
    Chains::parse(&Value::Object(document).to_string()).map_err(|error| error.to_string())
}

/// A node that wallets may be told of: one on this machine. Another one's URL may have an access key.
fn public(url: &str) -> Option<&str> {
    ["http://127.0.0.1:", "http://localhost:"].iter().any(|start| url.starts_with(start)).then_some(url)
}
