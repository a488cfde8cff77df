//! Descriptions of tokens, for an order's `metadata`.

use serde::Serialize;
use serde_json::value::RawValue;

use crate::kernel::{Address, ChainId};

/// A token as `metadata.srcToken` and `metadata.dstToken` describe it. The published user interface reads both without
/// a guard, so they are always present.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Token<'a> {
    chain_id: ChainId,
    address: &'a Address,
    symbol: &'a str,
    name: &'a str,
    decimals: u8,
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

/// The description of a token as JSON. An unknown token gets `decimals: 0`, so that amounts are shown in base units
/// rather than wrongly scaled; clients can send their own description.
pub fn token_metadata(chain: ChainId, address: &Address) -> Box<RawValue> {
    let (symbol, name, decimals) = describe(chain, address);
    let token = Token { chain_id: chain, address, symbol, name, decimals, metadata: Empty {} };
    serde_json::value::to_raw_value(&token).unwrap_or_else(|_| RawValue::NULL.to_owned())
}

fn describe(chain: ChainId, address: &Address) -> (&'static str, &'static str, u8) {
    if address.is_native_token() {
        return match chain.number() {
            137 => ("POL", "POL", 18),
            _ if chain == ChainId::SOLANA => ("SOL", "Solana", 9),
            1 | 10 | 8453 | 42161 => ("ETH", "Ether", 18),
            _ => ("NATIVE", "Native token", 18),
        };
    }
    STABLECOINS
        .iter()
        .find(|(known_chain, known, ..)| *known_chain == chain.number() && *known == address.as_str())
        .map_or(("UNKNOWN", "Unknown token", 0), |&(_, _, symbol, name)| (symbol, name, 6))
}
