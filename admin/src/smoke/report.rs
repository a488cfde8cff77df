//! The results of a run, for people and for programs.

use std::{fmt, time::Duration};

use comfy_table::{Table, presets::UTF8_FULL_CONDENSED};
use serde::Serialize;

use crate::smoke::{
    Check, Shop,
    failure::{Failure, Outcome, Stop},
};

/// The results of a run.
#[derive(Debug, Clone, Serialize)]
pub struct Report {
    /// The server.
    pub url: String,
    /// True if it requires API keys.
    pub requires_keys: bool,
    /// The chain of the orders that were made.
    pub chain: u64,
    /// The checks, in their order.
    pub checks: Vec<Checked>,
}

/// The result of a check.
#[derive(Debug, Clone, Serialize)]
pub struct Checked {
    /// The part of the contract that it is of.
    pub chapter: &'static str,
    /// A sentence that should hold.
    pub name: &'static str,
    /// The result.
    #[serde(flatten)]
    pub verdict: Verdict,
    /// Its duration, in milliseconds.
    pub millis: u128,
}

/// The kinds of results.
#[derive(Debug, Clone, Serialize)]
#[serde(tag = "result", rename_all = "lowercase")]
pub enum Verdict {
    /// It holds.
    Held,
    /// It does not.
    Failed {
        /// The evidence.
        failure: Failure,
    },
    /// It was not made.
    Skipped {
        /// The reason.
        reason: String,
    },
}

impl Report {
    pub(crate) fn new(shop: &Shop) -> Self {
        let (requires_keys, chain) = (shop.requires_keys(), shop.chain());
        Self { url: shop.settings.url.clone(), requires_keys, chain, checks: Vec::new() }
    }

    /// The checks that do not hold.
    pub fn failures(&self) -> impl Iterator<Item = (&Checked, &Failure)> {
        self.checks.iter().filter_map(|checked| match &checked.verdict {
            Verdict::Failed { failure } => Some((checked, failure)),
            _ => None,
        })
    }

    fn count(&self, word: &str) -> usize {
        self.checks.iter().filter(|checked| checked.verdict.word() == word).count()
    }
}

impl Checked {
    pub(crate) fn new(check: &Check, outcome: Outcome, took: Duration) -> Self {
        let verdict = match outcome {
            Ok(()) => Verdict::Held,
            Err(Stop::Failed(failure)) => Verdict::Failed { failure: *failure },
            Err(Stop::Skipped(reason)) => Verdict::Skipped { reason },
        };
        Self { chapter: check.chapter, name: check.name, verdict, millis: took.as_millis() }
    }
}

impl Verdict {
    /// One word for it.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Held => "held",
            Self::Failed { .. } => "FAILED",
            Self::Skipped { .. } => "skipped",
        }
    }
}

/// A table of all checks, then each failure with the request that shows it.
impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut table = Table::new();
        table.load_preset(UTF8_FULL_CONDENSED).set_header(["Chapter", "Check", "Result"]);
        for checked in &self.checks {
            let result = match &checked.verdict {
                Verdict::Skipped { reason } => format!("skipped: {reason}"),
                verdict => verdict.word().to_owned(),
            };
            table.add_row([checked.chapter, checked.name, &result]);
        }
        writeln!(f, "{table}")?;
        for (checked, failure) in self.failures() {
            writeln!(f, "\nFAILED  {}: {}", checked.chapter, checked.name)?;
            writeln!(f, "  expected  {}", failure.expected)?;
            writeln!(f, "  got       {}", failure.got)?;
            writeln!(f, "  request   {}", failure.request)?;
        }
        let [held, failed, skipped] = ["held", "FAILED", "skipped"].map(|word| self.count(word));
        let keys = if self.requires_keys { "requires API keys" } else { "requires no API keys" };
        write!(f, "\n{}, which {keys}: {held} held, {failed} failed, {skipped} skipped", self.url)
    }
}
