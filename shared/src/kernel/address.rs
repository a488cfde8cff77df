//! Chains and the addresses on them.

use std::{fmt, str::FromStr as _};

use alloy_primitives::Address as EvmAddress;
use serde::{Deserialize, Deserializer, Serialize, de};

/// A chain's number: the EVM chain id, or [`ChainId::SOLANA`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ChainId(u64);

impl ChainId {
    /// The number that stands for Solana, which has no EVM chain id (`openapi.yaml`, schema `ChainId`).
    pub const SOLANA: Self = Self(792_703_809);

    /// The largest number that every JSON reader keeps exactly: 2⁵³−1.
    pub const MAX: u64 = (1 << 53) - 1;

    /// `None` unless `number` is 1 to [`ChainId::MAX`].
    pub const fn new(number: u64) -> Option<Self> {
        if number >= 1 && number <= Self::MAX { Some(Self(number)) } else { None }
    }

    /// The number.
    pub const fn number(self) -> u64 {
        self.0
    }
}

/// The native token (ETH, POL, SOL, …) in a field for an address, on any chain.
const NATIVE_TOKEN: &str = "0x0000000000000000000000000000000000000000";

/// Thirty-two zero bytes in base58.
const SOLANA_ZERO: &str = "11111111111111111111111111111111";

/// An account's or token's address, valid for its chain. EVM addresses are stored in lower case, so that equal
/// addresses are equal text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Address(String);

impl Address {
    /// The address that stands for every chain's native token.
    pub fn native_token() -> Self {
        Self(NATIVE_TOKEN.to_owned())
    }

    /// Reads a token's address on `chain`; the zero address is the native token on every chain.
    ///
    /// # Errors
    /// The broken rule, phrased to follow the field's name.
    pub fn parse_token(chain: ChainId, text: &str) -> Result<Self, &'static str> {
        if text == NATIVE_TOKEN {
            return Ok(Self(text.to_owned()));
        }
        Self::parse(chain, text)
    }

    /// Reads an account's address on `chain`, in any case of its letters.
    ///
    /// # Errors
    /// The broken rule, phrased to follow the field's name.
    pub fn parse(chain: ChainId, text: &str) -> Result<Self, &'static str> {
        if chain == ChainId::SOLANA {
            return Self::parse_solana(text).ok_or("must be a Solana address: 32 bytes in base58");
        }
        Self::parse_evm(text).ok_or("must be an address: 0x and 40 hex digits")
    }

    /// Reads an address that money is sent to. It must not be the zero address, where money would be lost. A mixed-case
    /// EVM address must have the right EIP-55 checksum, which catches mistyped ones.
    ///
    /// # Errors
    /// The broken rule, phrased to follow the field's name.
    pub fn parse_recipient(chain: ChainId, text: &str) -> Result<Self, &'static str> {
        let address = Self::parse(chain, text)?;
        if address.is_native_token() || address.0 == SOLANA_ZERO {
            return Err("must not be the zero address: nobody has its key");
        }
        let digits = text.get(2..).unwrap_or_default();
        let mixed_case = digits.bytes().any(|byte| byte.is_ascii_uppercase())
            && digits.bytes().any(|byte| byte.is_ascii_lowercase());
        if chain != ChainId::SOLANA && mixed_case && EvmAddress::parse_checksummed(text, None).is_err() {
            return Err("has a wrong EIP-55 checksum; check for a typing error, or send it in lower case");
        }
        Ok(address)
    }

    /// Reads a recipient on any chain.
    pub fn parse_any_recipient(text: &str) -> Option<Self> {
        [ChainId(1), ChainId::SOLANA].into_iter().find_map(|chain| Self::parse_recipient(chain, text).ok())
    }

    /// The twenty bytes, if this is an EVM address.
    pub fn evm(&self) -> Option<EvmAddress> {
        self.0.starts_with("0x").then(|| EvmAddress::from_str(&self.0).ok()).flatten()
    }

    /// The canonical text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns true if this stands for the chain's native token.
    pub fn is_native_token(&self) -> bool {
        self.0 == NATIVE_TOKEN
    }

    fn parse_evm(text: &str) -> Option<Self> {
        let digits = text.strip_prefix("0x")?;
        let valid = digits.len() == 40 && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
        valid.then(|| Self(text.to_ascii_lowercase()))
    }

    fn parse_solana(text: &str) -> Option<Self> {
        let mut bytes = [0; 32];
        (bs58::decode(text).onto(&mut bytes) == Ok(32)).then(|| Self(text.to_owned()))
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Reads an address from an item or evidence. Money that arrived is stored whatever its sender, so the address only has
/// to fit into an item.
impl<'de> Deserialize<'de> for Address {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut text = String::deserialize(deserializer)?;
        if !(1..=255).contains(&text.len()) {
            return Err(de::Error::custom("an address must have 1 to 255 bytes"));
        }
        if text.starts_with("0x") {
            text.make_ascii_lowercase();
        }
        Ok(Self(text))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const BASE: ChainId = ChainId(8453);
    const CHECKSUMMED: &str = "0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913";

    #[test]
    fn a_recipient_with_a_wrong_checksum_is_refused() {
        assert!(Address::parse_recipient(BASE, CHECKSUMMED).is_ok());
        let wrong = CHECKSUMMED.replace('D', "d").replacen('c', "C", 1);
        assert!(Address::parse_recipient(BASE, &wrong).is_err());
        assert!(Address::parse_token(BASE, &wrong).is_ok());
    }

    #[test]
    fn money_is_not_sent_to_the_zero_address() {
        assert!(Address::parse_recipient(BASE, NATIVE_TOKEN).is_err());
        assert!(Address::parse_recipient(ChainId::SOLANA, SOLANA_ZERO).is_err());
        assert!(Address::parse_token(BASE, NATIVE_TOKEN).unwrap().is_native_token());
    }

    #[test]
    fn one_case_throughout_carries_no_checksum() {
        let lower = CHECKSUMMED.to_lowercase();
        let upper = format!("0x{}", CHECKSUMMED.trim_start_matches("0x").to_uppercase());
        for text in [&lower, &upper] {
            assert_eq!(Address::parse_recipient(BASE, text).unwrap().as_str(), lower);
        }
    }

    #[test]
    fn solana_addresses_are_32_bytes_of_base58_and_keep_their_case() {
        let usdc = "EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v";
        assert_eq!(Address::parse(ChainId::SOLANA, usdc).unwrap().as_str(), usdc);
        for bad in ["", "EPjFWdd5", &usdc.replace('E', "0"), &format!("{usdc}11111111111"), CHECKSUMMED] {
            assert!(Address::parse(ChainId::SOLANA, bad).is_err(), "{bad}");
        }
        assert!(Address::parse_token(ChainId::SOLANA, NATIVE_TOKEN).is_ok());
    }

    proptest! {
        #[test]
        fn every_forty_hex_digits_make_an_evm_address(digits in "[0-9a-fA-F]{40}") {
            let address = Address::parse(BASE, &format!("0x{digits}")).unwrap();
            prop_assert_eq!(address.as_str(), format!("0x{}", digits.to_lowercase()));
            prop_assert!(address.evm().is_some());
        }

        #[test]
        fn no_other_text_does(text in "0?[xX]?[0-9a-fg]{38,42}|.*") {
            let valid = text.len() == 42
                && text.starts_with("0x")
                && text.bytes().skip(2).all(|byte| byte.is_ascii_hexdigit());
            prop_assert_eq!(Address::parse(BASE, &text).is_ok(), valid);
        }
    }
}
