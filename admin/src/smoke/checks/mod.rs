//! The checks, a file for each part of the contract.

mod access;
mod browsers;
mod closing;
mod errors;
mod events;
mod expiry;
mod fields;
mod idempotency;
mod lists;
mod orders;
mod races;
mod redirects;
mod sessions;
mod texts;
mod validation;
mod webhooks;

pub(crate) use closing::closing;

use crate::smoke::Check;

/// A chapter's checks, each under its name.
macro_rules! chapter {
    ($chapter:literal, $($name:literal => $check:ident),+ $(,)?) => {
        vec![$($crate::smoke::Check {
            chapter: $chapter,
            name: $name,
            run: |shop| Box::pin($check(shop)),
        }),+]
    };
}
pub(crate) use chapter;

/// All checks that are made beside each other. Those that look at all others come after them.
pub fn checks() -> Vec<Check> {
    let chapters = [
        sessions::checks(),
        texts::checks(),
        redirects::checks(),
        validation::checks(),
        orders::checks(),
        idempotency::checks(),
        races::checks(),
        expiry::checks(),
        lists::checks(),
        events::checks(),
        webhooks::checks(),
        access::checks(),
        errors::checks(),
        browsers::checks(),
    ];
    chapters.into_iter().flatten().collect()
}
