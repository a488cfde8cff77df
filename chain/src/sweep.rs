//! Sweeping: moving the money at deposit addresses to its recipients. This executes orders with a confirmed
//! payment.
//!
//! With a gas wallet, many orders are swept by one transaction, and its receipt executes them. The wallet's key
//! pays for gas and can do nothing else. Without one, the confirmed deposit executes the order: only the recipient
//! can ever get it.
//!
//! Each chain has one transaction in flight at a time (`in_flight`). It is signed and stored before it is sent.
//! So the next sweeper finds it after a crash, no other transaction gets its nonce, and a stuck one is sent again
//! with higher fees.

mod candidate;
mod candidates;
mod conclude;
mod examine;
mod fees;
mod follow;
mod gas_wallet;
mod in_flight;
mod order_sweep;
mod outcomes;
mod search;
mod send;
mod sweeper;
mod view;

pub use gas_wallet::{GasWallet, InvalidGasKey};
pub use sweeper::Sweeper;
