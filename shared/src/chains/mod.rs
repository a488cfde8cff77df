//! The chains on which payments are accepted, the addresses for deposits, and tokens.

mod chain;
mod deposit_address;
mod document;
mod salt;
mod token;

pub use chain::{AnyToken, Chain, Chains, Confirmations, FinalityTag, NativeDeposits, RpcUrl, Tokens};
pub(crate) use deposit_address::has_forwarders;
pub use deposit_address::{DepositAddress, ForwarderAddress, ForwarderSettingError};
pub use document::ChainsError;
pub use salt::order_salt;
pub use token::TokenDescription;
pub(crate) use token::token_metadata;
