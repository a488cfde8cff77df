//! The contract's black-box checks, against any server of the API.
//!
//! [`Shop::open`] finds out what the server requires, [`run`] makes every check and ends what the checks have made.
//! A check holds on a server with other traffic: it looks only at what it has made itself.

#![allow(
    clippy::indexing_slicing,
    reason = "only JSON is indexed: what is not there reads as null, and only objects are written to"
)]

mod answer;
mod checks;
mod cleaning;
mod client;
mod failure;
mod opening;
mod raw;
mod report;
mod request;
mod settings;
mod shop;

use std::{future::Future, pin::Pin, time::Duration};

use futures_util::{StreamExt as _, stream};
use tokio::time::Instant;

pub use checks::checks;
pub use failure::{Failure, Outcome, Stop};
pub use report::{Checked, Report, Verdict};
pub use settings::{CannotRun, Settings};
pub use shop::Shop;

/// One thing that the contract says.
pub struct Check {
    /// The part of the contract that it is of.
    pub chapter: &'static str,
    /// A sentence that should hold.
    pub name: &'static str,
    run: Run,
}

type Run = for<'a> fn(&'a Shop) -> Pin<Box<dyn Future<Output = Outcome> + 'a>>;

/// The number of checks that are made at once: as many as a small deployment carries.
const AT_ONCE: usize = 4;

/// The number of checks that [`run`] makes.
pub fn count() -> usize {
    checks().len() + checks::closing().len()
}

/// Makes all checks, ends what they have made, and tells `on_done` of each.
pub async fn run(shop: &Shop, on_done: impl FnMut(&Checked)) -> Report {
    run_some(shop, &checks(), on_done).await
}

/// As [`run`], with these checks only.
pub async fn run_some(shop: &Shop, checks: &[Check], mut on_done: impl FnMut(&Checked)) -> Report {
    let mut report = Report::new(shop);
    let mut done = stream::iter(checks).map(|check| make(shop, check)).buffered(AT_ONCE);
    while let Some(checked) = done.next().await {
        on_done(&checked);
        report.checks.push(checked);
    }
    drop(done);
    for check in &checks::closing() {
        let checked = make(shop, check).await;
        on_done(&checked);
        report.checks.push(checked);
    }
    report
}

/// Ends what the checks have made, for a run that is broken off. What could not be ended is in the result.
pub async fn clean_up(shop: &Shop) -> Outcome {
    cleaning::clean_up(shop).await
}

async fn make(shop: &Shop, check: &Check) -> Checked {
    let begun = Instant::now();
    let outcome = (check.run)(shop).await;
    Checked::new(check, outcome, begun.elapsed())
}

/// Calls `look` until it is content or the time is over; the last outcome.
pub(crate) async fn wait_for<T>(patience: Duration, look: impl AsyncFn() -> Outcome<T>) -> Outcome<T> {
    let deadline = Instant::now() + patience;
    loop {
        match look().await {
            Err(Stop::Failed(_)) if Instant::now() < deadline => tokio::time::sleep(PAUSE).await,
            outcome => return outcome,
        }
    }
}

/// The pause between two looks at what takes a moment.
const PAUSE: Duration = Duration::from_millis(300);
