//! The configuration document that names the chains: JSON, an object of chains by id.

use std::{borrow::Cow, collections::BTreeMap};

use serde::Deserialize;

use crate::{
    chains::{
        AnyToken, Chain, Chains, Confirmations, NativeDeposits, RpcUrl, TokenDescription, Tokens,
        deposit_address, token::TokenEntry,
    },
    kernel::{Address, BaseUnits, ChainId},
};

/// The settings of well-known chains, in the form of the configuration document. They lack the RPC URLs that make a
/// chain configured.
const WELL_KNOWN: &str = include_str!("chains.json");

/// The most gas for the orders of one batch.
const MOST_BATCH_GAS: u64 = 12_000_000;

/// An error in a configuration document.
#[derive(Debug, thiserror::Error)]
pub enum ChainsError {
    /// It is not a document of this form.
    #[error("CHAINS cannot be read: {0}")]
    Unreadable(String),
    /// A chain in it breaks a rule.
    #[error("CHAINS: chain {chain}: {rule}")]
    Invalid {
        /// The chain's key.
        chain: String,
        /// The broken rule.
        rule: &'static str,
    },
}

/// A chain in the document. Omitted fields are those of the well-known chain of that id.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    name: Option<String>,
    explorer: Option<String>,
    public_rpc: Option<String>,
    rpc: Option<Vec<RpcUrl>>,
    tokens: Option<TokensEntry>,
    native: Option<NativeDeposits>,
    native_token: Option<TokenDescription>,
    confirmations: Option<Confirmations>,
    detection_window_seconds: Option<i64>,
    poll_seconds: Option<f64>,
    rpc_timeout_seconds: Option<u64>,
    max_log_blocks: Option<u64>,
    max_log_addresses: Option<usize>,
    max_fee_per_gas: Option<BaseUnits>,
    flush_gas: Option<u64>,
    max_batch: Option<usize>,
}

/// The tokens of a chain in the document.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
enum TokensEntry {
    Listed(Vec<TokenEntry>),
    Any(AnyToken),
}

/// The tokens of a chain, and the descriptions of some.
type DescribedTokens = (Tokens, Vec<(Address, TokenDescription)>);

impl Chains {
    /// Returns true if the chain needs no setting but its nodes.
    pub fn is_well_known(chain: ChainId) -> bool {
        serde_json::from_str::<BTreeMap<String, Entry>>(WELL_KNOWN)
            .is_ok_and(|chains| chains.contains_key(&chain.number().to_string()))
    }

    /// The name of a chain that this deployment need not have: its own, or one that is built in.
    pub fn name_of(&self, chain: ChainId) -> Option<Cow<'_, str>> {
        let own = self.get(chain).map(|chain| Cow::Borrowed(chain.name.as_str()));
        own.or_else(|| {
            let well_known = serde_json::from_str::<BTreeMap<String, Entry>>(WELL_KNOWN).ok()?;
            well_known.get(&chain.number().to_string())?.name.clone().map(Cow::Owned)
        })
    }

    /// Reads the configuration document: a JSON object of chains by id.
    ///
    /// # Errors
    /// The chain and rule that is broken.
    pub fn parse(document: &str) -> Result<Self, ChainsError> {
        let entries: BTreeMap<String, Entry> = serde_json::from_str(document)?;
        let mut well_known: BTreeMap<String, Entry> = serde_json::from_str(WELL_KNOWN)?;
        let chains = entries.into_iter().map(|(key, entry)| {
            let chain = entry.or(well_known.remove(&key).unwrap_or_default()).into_chain(&key);
            chain
                .map(|chain| (chain.id, chain))
                .map_err(|rule| ChainsError::Invalid { chain: without_values(&key), rule })
        });
        chains.collect::<Result<_, _>>().map(Self)
    }
}

impl Entry {
    fn or(self, other: Self) -> Self {
        Self {
            name: self.name.or(other.name),
            explorer: self.explorer.or(other.explorer),
            public_rpc: self.public_rpc.or(other.public_rpc),
            rpc: self.rpc.or(other.rpc),
            tokens: self.tokens.or(other.tokens),
            native: self.native.or(other.native),
            native_token: self.native_token.or(other.native_token),
            confirmations: self.confirmations.or(other.confirmations),
            detection_window_seconds: self.detection_window_seconds.or(other.detection_window_seconds),
            poll_seconds: self.poll_seconds.or(other.poll_seconds),
            rpc_timeout_seconds: self.rpc_timeout_seconds.or(other.rpc_timeout_seconds),
            max_log_blocks: self.max_log_blocks.or(other.max_log_blocks),
            max_log_addresses: self.max_log_addresses.or(other.max_log_addresses),
            max_fee_per_gas: self.max_fee_per_gas.or(other.max_fee_per_gas),
            flush_gas: self.flush_gas.or(other.flush_gas),
            max_batch: self.max_batch.or(other.max_batch),
        }
    }

    fn into_chain(self, key: &str) -> Result<Chain, &'static str> {
        let id = key.parse().ok().and_then(ChainId::new).ok_or("the key must be a chain id")?;
        if !deposit_address::has_forwarders(id) {
            return Err("forwarders have other addresses on this chain, so it cannot be watched");
        }
        let (max_fee_per_gas, flush_gas, max_batch) = self.gas()?;
        let rpc = self.rpc.unwrap_or_default();
        if rpc.is_empty() || !rpc.iter().all(RpcUrl::is_valid) {
            return Err("rpc must be a list of http or https URLs, or ssm:/checkout-sessions/<parameter>");
        }
        let tokens = self.tokens.ok_or("tokens must list the tokens that orders may ask for")?;
        let (tokens, described) = tokens.resolve(id, self.native_token)?;
        let window = self.detection_window_seconds.unwrap_or(0);
        let timeout = self.rpc_timeout_seconds.unwrap_or(5);
        let (blocks, addresses) = (self.max_log_blocks.unwrap_or(500), self.max_log_addresses.unwrap_or(500));
        Ok(Chain {
            id,
            name: self.name.unwrap_or_else(|| format!("chain {}", id.number())),
            explorer: base_url(
                self.explorer,
                "explorer must be an http or https URL of at most 200 characters, without ? and #",
            )?,
            public_rpc: base_url(
                self.public_rpc,
                "public_rpc must be an http or https URL of at most 200 characters, without ? and #",
            )?,
            rpc,
            tokens,
            described,
            native: self.native.unwrap_or(NativeDeposits::Transactions),
            confirmations: self.confirmations.ok_or("confirmations must say when a deposit is final")?,
            detection_window_millis: within(window, 0, 3600, "detection_window_seconds must be 0 to 3600")?
                * 1000,
            poll_millis: millis(self.poll_seconds.unwrap_or(3.0)).ok_or("poll_seconds must be 0.1 to 60")?,
            rpc_timeout_millis: within(timeout, 1, 30, "rpc_timeout_seconds must be 1 to 30")? * 1000,
            max_log_blocks: within(blocks, 1, 100_000, "max_log_blocks must be 1 to 100000")?,
            max_log_addresses: within(addresses, 1, 10_000, "max_log_addresses must be 1 to 10000")?,
            max_fee_per_gas,
            flush_gas,
            max_batch,
        })
    }

    /// The limits of sweeps: `max_fee_per_gas`, `flush_gas` and `max_batch`.
    fn gas(&self) -> Result<(u128, u64, usize), &'static str> {
        let price = match &self.max_fee_per_gas {
            None => Some(100_000_000_000),
            Some(price) => price.to_string().parse().ok().filter(|price: &u128| *price > 0),
        };
        let price = price.ok_or("max_fee_per_gas must be wei, from 1 to 2^128-1")?;
        let flush_gas = self.flush_gas.unwrap_or(250_000);
        let flush_gas = within(flush_gas, 100_000, 5_000_000, "flush_gas must be 100000 to 5000000")?;
        // Ethereum limits a transaction to 2^24 gas (EIP-7825), and the batch itself takes some.
        let max_batch = self.max_batch.unwrap_or_else(|| 20.min((MOST_BATCH_GAS / flush_gas) as usize));
        let max_batch = within(max_batch, 1, 60, "max_batch must be 1 to 60")?;
        if max_batch as u64 * flush_gas > MOST_BATCH_GAS {
            return Err("max_batch times flush_gas must be at most 12000000");
        }
        Ok((price, flush_gas, max_batch))
    }
}

impl TokensEntry {
    fn resolve(
        self,
        chain: ChainId,
        native: Option<TokenDescription>,
    ) -> Result<DescribedTokens, &'static str> {
        if !native.as_ref().is_none_or(TokenDescription::is_valid) {
            return Err(
                "native_token must have a printable symbol of 1 to 32 characters, a printable name of 1 to \
                        64, and decimals of 0 to 77",
            );
        }
        let native = native.map(|description| (Address::native_token(), description));
        let Self::Listed(entries) = self else {
            return Ok((Tokens::Any(AnyToken::Any), native.into_iter().collect()));
        };
        let resolved: Option<Vec<_>> = entries.into_iter().map(|entry| entry.resolve(chain)).collect();
        let resolved = resolved.ok_or(
            "tokens must be \"any\", or list addresses and objects of address, symbol (1 to 32 printable \
             characters), name (1 to 64) and decimals (0 to 77)",
        )?;
        let tokens = resolved.iter().map(|(address, _)| address.clone()).collect();
        let described = resolved.into_iter().filter_map(|(address, it)| it.map(|it| (address, it)));
        Ok((Tokens::Listed(tokens), native.into_iter().chain(described).collect()))
    }
}

impl From<serde_json::Error> for ChainsError {
    fn from(error: serde_json::Error) -> Self {
        Self::Unreadable(without_values(&error.to_string()))
    }
}

/// The problem, without the strings that it may quote: one of them may be a URL with an access key.
fn without_values(problem: &str) -> String {
    let quoted = problem.split_once('"').zip(problem.rsplit_once('"'));
    let told = quoted.map_or(problem.to_owned(), |((before, _), (_, after))| format!("{before}…{after}"));
    told.split(' ').map(|word| if word.contains('/') { "…" } else { word }).collect::<Vec<_>>().join(" ")
}

/// A URL that pages and wallets are told of.
fn base_url(url: Option<String>, rule: &'static str) -> Result<Option<String>, &'static str> {
    let Some(url) = url else { return Ok(None) };
    let host = url.strip_prefix("https://").or(url.strip_prefix("http://")).unwrap_or_default();
    let valid = url.len() <= 200
        && host.starts_with(|first: char| first.is_ascii_alphanumeric() || first == '[')
        && host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~:/[]%".contains(&byte));
    if valid { Ok(Some(url.trim_end_matches('/').to_owned())) } else { Err(rule) }
}

fn millis(seconds: f64) -> Option<u64> {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "within the bounds")]
    (0.1..=60.0).contains(&seconds).then_some((seconds * 1000.0) as u64)
}

fn within<T: PartialOrd>(value: T, min: T, max: T, rule: &'static str) -> Result<T, &'static str> {
    if value >= min && value <= max { Ok(value) } else { Err(rule) }
}
