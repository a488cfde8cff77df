//! Tokens and their descriptions: in the chains document, built in, and in an order's `metadata`.

use std::borrow::Cow;

use serde::{Deserialize, Serialize, de::IgnoredAny};
use serde_json::value::RawValue;

use crate::kernel::{Address, ChainId};

/// The description of a token, which does not depend on its chain and address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TokenDescription {
    /// Its symbol, such as USDC.
    pub symbol: Cow<'static, str>,
    /// Its name, such as USD Coin.
    pub name: Cow<'static, str>,
    /// The number of decimals: one whole token is 10^`decimals` base units.
    pub decimals: u8,
}

/// A token in the chains document.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub(crate) enum TokenEntry {
    /// Its address alone: the description is built in, or unknown.
    Address(Address),
    /// Its address and description.
    Described(DescribedToken),
    /// Anything else, so that the error can name the chain.
    Invalid(IgnoredAny),
}

/// A token with its description in the chains document.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct DescribedToken {
    address: Address,
    symbol: String,
    name: String,
    decimals: u8,
}

/// A token as `metadata.srcToken` and `metadata.dstToken` describe it. The published user interface reads both without
/// a guard, so they are always present.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Token<'a> {
    chain_id: ChainId,
    address: &'a Address,
    #[serde(flatten)]
    description: TokenDescription,
    metadata: Empty,
}

/// `{}`
#[derive(Serialize)]
struct Empty {}

/// USDC and USDT as their issuers publish them: chain, address, symbol, name. All have 6 decimals.
const STABLECOINS: &[(u64, &str, &str, &str)] = &[
    (1, "0xa0b86991c6218b36c1d19d4a2e9eb0ce3606eb48", "USDC", "USD Coin"),
    (1, "0xdac17f958d2ee523a2206206994597c13d831ec7", "USDT", "Tether USD"),
    (10, "0x0b2c639c533813f4aa9d7837caf62653d097ff85", "USDC", "USD Coin"),
    (10, "0x94b008aa00579c1307b0ef2c499ad98a8ce58e58", "USDT", "Tether USD"),
    (137, "0x3c499c542cef5e3811e1192ce70d8cc03d5c3359", "USDC", "USD Coin"),
    (137, "0xc2132d05d31c914a87c6611c10748aeb04b58e8f", "USDT", "Tether USD"),
    (8453, "0x833589fcd6edb6e08f4c7c32d4f71b54bda02913", "USDC", "USD Coin"),
    (42161, "0xaf88d065e77c8cc2239327c5edb3a432268e5831", "USDC", "USD Coin"),
    (42161, "0xfd086bc7cd5c481dcc9c85ebe478a1c0b69fcbb9", "USDT", "Tether USD"),
    (ChainId::SOLANA.number(), "EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v", "USDC", "USD Coin"),
];

impl TokenDescription {
    /// The description of an unknown token. Without decimals, amounts are shown in base units rather than wrongly
    /// scaled. Native tokens have 18 decimals on EVM chains.
    pub fn unknown(address: &Address) -> Self {
        match address.is_native_token() {
            true => Self::new("NATIVE", "Native token", 18),
            false => Self::new("UNKNOWN", "Unknown token", 0),
        }
    }

    /// Returns true if pages can show it, and amounts be scaled by it: 2^256 has 78 digits.
    pub(crate) fn is_valid(&self) -> bool {
        let fits = |text: &str, max| {
            (1..=max).contains(&text.chars().count())
                && text.trim() == text
                && !text.contains(char::is_control)
        };
        fits(&self.symbol, 32) && fits(&self.name, 64) && self.decimals <= 77
    }

    const fn new(symbol: &'static str, name: &'static str, decimals: u8) -> Self {
        Self { symbol: Cow::Borrowed(symbol), name: Cow::Borrowed(name), decimals }
    }
}

impl TokenEntry {
    /// The token's address, and its description if it has one here; `None` if it breaks a rule.
    pub(crate) fn resolve(self, chain: ChainId) -> Option<(Address, Option<TokenDescription>)> {
        let (address, description) = match self {
            Self::Address(address) => (address, None),
            Self::Described(DescribedToken { address, symbol, name, decimals }) => {
                (address, Some(TokenDescription { symbol: symbol.into(), name: name.into(), decimals }))
            }
            Self::Invalid(_) => return None,
        };
        let address = Address::parse_token(chain, address.as_str()).ok()?;
        description.as_ref().is_none_or(TokenDescription::is_valid).then_some((address, description))
    }
}

/// A token in an order's `metadata`, as JSON.
pub(crate) fn token_metadata(
    chain: ChainId,
    address: &Address,
    description: TokenDescription,
) -> Box<RawValue> {
    let token = Token { chain_id: chain, address, description, metadata: Empty {} };
    serde_json::value::to_raw_value(&token).unwrap_or_else(|_| RawValue::NULL.to_owned())
}

/// The description of a well-known token.
pub(crate) fn built_in(chain: ChainId, address: &Address) -> Option<TokenDescription> {
    if address.is_native_token() {
        return Some(match chain.number() {
            137 => TokenDescription::new("POL", "POL", 18),
            _ if chain == ChainId::SOLANA => TokenDescription::new("SOL", "Solana", 9),
            1 | 10 | 8453 | 42161 => TokenDescription::new("ETH", "Ether", 18),
            _ => return None,
        });
    }
    let mut known = STABLECOINS.iter();
    let &(_, _, symbol, name) =
        known.find(|(on, known, ..)| *on == chain.number() && *known == address.as_str())?;
    Some(TokenDescription::new(symbol, name, 6))
}
