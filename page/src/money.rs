//! Tokens, amounts and networks with their names. All come from the operator's chains document and the built-in
//! descriptions, never from an order's metadata, which anybody may have written.

use std::borrow::Cow;

use shared::{
    chains::{Chains, Confirmations, TokenDescription},
    kernel::{Address, BaseUnits, ChainId},
};

use crate::{Texts, amount::decimal};

/// A chain with its name.
#[derive(Debug, Clone)]
pub(crate) struct Network<'a> {
    pub(crate) id: ChainId,
    /// `None` if the chain is neither configured nor well known.
    name: Option<Cow<'a, str>>,
    pub(crate) explorer: Option<&'a str>,
    /// A node that wallets may use.
    pub(crate) public_rpc: Option<&'a str>,
    /// `None` if the token is unknown.
    pub(crate) native_token: Option<TokenDescription>,
    pub(crate) confirmations: Option<Confirmations>,
}

/// An amount of a token.
#[derive(Debug, Clone)]
pub(crate) struct Money<'a> {
    pub(crate) amount: BaseUnits,
    pub(crate) token: &'a Address,
    /// `None` if the token is unknown.
    pub(crate) description: Option<TokenDescription>,
}

impl<'a> Network<'a> {
    pub(crate) fn of(chains: &'a Chains, id: ChainId) -> Self {
        let chain = chains.get(id);
        Self {
            id,
            name: chains.name_of(id),
            explorer: chain.and_then(|chain| chain.explorer.as_deref()),
            public_rpc: chain.and_then(|chain| chain.public_rpc.as_deref()),
            native_token: chains.describe(id, &Address::native_token()),
            confirmations: chain.map(|chain| chain.confirmations),
        }
    }

    pub(crate) fn name(&self, texts: Texts) -> String {
        match &self.name {
            Some(name) => name.clone().into_owned(),
            None => texts.fill("network.unnamed", &[("id", &self.id.number().to_string())]),
        }
    }

    /// The explorer's page of a transaction; `None` without an explorer, or if the hash is none.
    pub(crate) fn transaction_url(&self, hash: &str) -> Option<String> {
        let explorer =
            self.explorer.filter(|url| url.starts_with("https://") || url.starts_with("http://"))?;
        let is_hash = hash
            .strip_prefix("0x")
            .is_some_and(|digits| !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_hexdigit()));
        is_hash.then(|| format!("{}/tx/{hash}", explorer.trim_end_matches('/')))
    }
}

impl<'a> Money<'a> {
    pub(crate) fn of(chains: &Chains, chain: ChainId, token: &'a Address, amount: BaseUnits) -> Self {
        let native = || token.is_native_token().then(|| TokenDescription::unknown(token));
        Self { amount, token, description: chains.describe(chain, token).or_else(native) }
    }

    /// Another amount of the same token.
    pub(crate) fn with(&self, amount: BaseUnits) -> Self {
        Self { amount, ..self.clone() }
    }

    /// The token's symbol, or its address.
    pub(crate) fn symbol(&self) -> &str {
        self.description.as_ref().map_or(self.token.as_str(), |token| &token.symbol)
    }

    /// The token's name, or its address.
    pub(crate) fn name(&self) -> &str {
        self.description.as_ref().map_or(self.token.as_str(), |token| &token.name)
    }

    pub(crate) fn decimals(&self) -> u8 {
        self.description.as_ref().map_or(0, |token| token.decimals)
    }

    /// The number alone, as a wallet takes it.
    pub(crate) fn number(&self) -> String {
        decimal(self.amount, self.decimals())
    }

    /// The amount with its unit: `19.99 USDC`.
    pub(crate) fn text(&self, texts: Texts) -> String {
        match &self.description {
            Some(token) => format!("{} {}", self.number(), token.symbol),
            None => texts.fill("units", &[("count", &self.number()), ("token", self.token.as_str())]),
        }
    }
}
