//! The addresses for deposits.

use std::str::FromStr as _;

use alloy_primitives::{Address as EvmAddress, B256, Bytes, keccak256};
use serde::Deserialize;

use crate::{
    chains::salt::order_salt,
    kernel::{Address, ChainId, OrderId},
};

/// Derives an address for every order, without a network call and without a private key of the service.
pub trait DepositAddress: Send + Sync {
    /// The address at which `order` is paid on `src_chain`, for `recipient`. `None` if no address can be derived; such
    /// an order cannot be paid by a transfer.
    fn derive(&self, order: OrderId, src_chain: ChainId, recipient: &Address) -> Option<String>;
}

/// The CREATE2 address (EIP-1014) of a `Forwarder` contract (see `contracts/`). Its constructor's argument binds it to
/// the recipient, and the salt to the order ([`order_salt`]). Anybody can deploy it at any time, and it can only pay the recipient.
#[derive(Debug, Clone)]
pub struct ForwarderAddress {
    factory: EvmAddress,
    creation_code: Bytes,
}

/// The built-in factory, compiled by `contracts/build.mjs`. It is deployed through the deterministic deployer, so it
/// has the same address on every EVM chain.
const FACTORY_ARTIFACT: &str = include_str!("../../../contracts/artifacts/ForwarderFactory.json");
const FORWARDER_ARTIFACT: &str = include_str!("../../../contracts/artifacts/Forwarder.json");

#[derive(Deserialize)]
struct FactoryArtifact {
    deployment: Deployment,
}

#[derive(Deserialize)]
struct Deployment {
    address: EvmAddress,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ForwarderArtifact {
    creation_code: Bytes,
}

/// Chains on which a contract's address is not that of EIP-1014: Solana and Tron, and those of the ZK Stack, which
/// derive theirs differently (zkSync Era and its test chain, Lens, Abstract and its test chain, Cronos zkEVM, Sophon,
/// Treasure). An order there gets no address, since money sent to one would be lost.
const OTHER_CREATE2: [u64; 10] =
    [232, 300, 324, 388, 2741, 11_124, 50_104, 61_166, 728_126_428, ChainId::SOLANA.number()];

/// Returns true if forwarders on `chain` are at the addresses that [`ForwarderAddress`] derives.
pub(crate) fn has_forwarders(chain: ChainId) -> bool {
    !OTHER_CREATE2.contains(&chain.number())
}

/// An invalid setting of the forwarder.
#[derive(Debug, thiserror::Error)]
pub enum ForwarderSettingError {
    /// The factory's address is malformed.
    #[error("FORWARDER_FACTORY must be an EVM address")]
    Factory,
    /// The creation code is not hex.
    #[error("FORWARDER_CREATION_CODE must be hex")]
    CreationCode,
    /// The built-in artifacts are damaged.
    #[error("the built-in forwarder artifact cannot be read")]
    Artifact(#[from] serde_json::Error),
}

impl ForwarderAddress {
    /// Takes a factory's address and a forwarder's creation code, both in hex; `None` for the built-in ones.
    ///
    /// # Errors
    /// The setting that cannot be read.
    pub fn new(factory: Option<&str>, creation_code: Option<&str>) -> Result<Self, ForwarderSettingError> {
        let factory = match factory {
            Some(text) => EvmAddress::from_str(text).map_err(|_| ForwarderSettingError::Factory)?,
            None => serde_json::from_str::<FactoryArtifact>(FACTORY_ARTIFACT)?.deployment.address,
        };
        let creation_code = match creation_code {
            Some(text) => Bytes::from_str(text).map_err(|_| ForwarderSettingError::CreationCode)?,
            None => serde_json::from_str::<ForwarderArtifact>(FORWARDER_ARTIFACT)?.creation_code,
        };
        Ok(Self { factory, creation_code })
    }

    /// The contract that deploys and sweeps forwarders.
    pub fn factory(&self) -> EvmAddress {
        self.factory
    }

    /// The address of the forwarder with this salt and recipient, as the factory's `addressOf` answers.
    pub fn address_of(&self, salt: B256, recipient: EvmAddress) -> EvmAddress {
        // The constructor's one argument, ABI-encoded: the address, padded to 32 bytes.
        let argument = recipient.into_word();
        let init_code = [self.creation_code.as_ref(), argument.as_slice()].concat();
        self.factory.create2(salt, keccak256(init_code))
    }
}

impl DepositAddress for ForwarderAddress {
    fn derive(&self, order: OrderId, src_chain: ChainId, recipient: &Address) -> Option<String> {
        if !has_forwarders(src_chain) {
            return None;
        }
        let address = self.address_of(order_salt(order), recipient.evm()?);
        Some(format!("{address:#x}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As the factory's own `addressOf` answered on an EVM node.
    #[test]
    fn an_address_is_the_one_that_the_factory_deploys_to() {
        let order = OrderId::parse("5392f7a7-d472-4d6b-9848-bd07117fb82d").unwrap();
        let base = ChainId::new(8453).unwrap();
        let recipient = Address::parse(base, "0xa7539d73700b1726ebe1eef9d4d8ccdf3f4e3b44").unwrap();
        let address = ForwarderAddress::new(None, None).unwrap().derive(order, base, &recipient);
        assert_eq!(address.as_deref(), Some("0x99ec1088d1e62e468599c21ee677b8e49a5b4cec"));
    }

    #[test]
    fn nothing_is_derived_where_a_forwarder_cannot_pay() {
        let forwarders = ForwarderAddress::new(None, None).unwrap();
        let order = OrderId::new(1);
        let base = ChainId::new(8453).unwrap();
        let on_base = Address::parse(base, "0xa7539d73700b1726ebe1eef9d4d8ccdf3f4e3b44").unwrap();
        let on_solana =
            Address::parse(ChainId::SOLANA, "EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v").unwrap();
        assert_eq!(forwarders.derive(order, ChainId::SOLANA, &on_base), None);
        assert_eq!(forwarders.derive(order, ChainId::new(324).unwrap(), &on_base), None);
        assert_eq!(forwarders.derive(order, base, &on_solana), None);
    }

    #[test]
    fn a_setting_that_cannot_be_read_is_named() {
        let message = |result: Result<_, ForwarderSettingError>| {
            result.map(|_: ForwarderAddress| ()).unwrap_err().to_string()
        };
        assert!(message(ForwarderAddress::new(Some("0x12"), None)).contains("FORWARDER_FACTORY"));
        assert!(message(ForwarderAddress::new(None, Some("0xzz"))).contains("FORWARDER_CREATION_CODE"));
    }
}
