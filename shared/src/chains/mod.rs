//! The chains that payments are taken on, as their document describes them, and the addresses for deposits there.

mod chain;
mod deposit_address;
mod document;

pub use chain::{
    AnyToken, Chain, Chains, Confirmations, FinalityTag, NativeDeposits, RouteError, RpcUrl, Tokens,
};
pub use deposit_address::{DepositAddress, ForwarderAddress, ForwarderSettingError};
pub use document::ChainsError;
