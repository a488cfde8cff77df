//! The faults that are planted, and the checks that must find each.

mod access;
mod lists;
mod orders;
mod protocol;
mod reading;
mod requests;

use crate::liar::Lie;

/// A way in which a server may break the contract.
pub(crate) struct Fault {
    pub(crate) name: &'static str,
    /// True if it only shows where API keys are required.
    pub(crate) needs_keys: bool,
    pub(crate) lie: Lie,
    /// The checks that must fail, and what each must have expected.
    pub(crate) found_by: &'static [(&'static str, &'static str)],
}

/// A fault that shows without API keys too.
const fn fault(name: &'static str, lie: Lie, found_by: &'static [(&'static str, &'static str)]) -> Fault {
    Fault { name, needs_keys: false, lie, found_by }
}

/// All of them.
pub(crate) fn faults() -> impl Iterator<Item = &'static Fault> {
    let parts =
        [reading::FAULTS, requests::FAULTS, orders::FAULTS, lists::FAULTS, protocol::FAULTS, access::FAULTS];
    parts.into_iter().flatten()
}
