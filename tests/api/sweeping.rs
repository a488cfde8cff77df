//! Sweeping with a gas wallet, on a simulated chain: money moves once, and each nonce is used once, whatever
//! becomes of the transactions. Each poll is made by hand.

mod crashes;
mod orders;
mod replacing;
mod salts;
mod scene;
mod stored;
