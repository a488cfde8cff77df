//! The part of the operators' command that tests use too: the contract's checks.

pub mod smoke;
