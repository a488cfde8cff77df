//! How much more than the bare function each of ours may cost.

use std::fmt;

use serde::Serialize;

use crate::measure::{Comparison, Figures};

/// Of the bare function's time from exec to the first poll.
const INIT_RATIO: f64 = 1.3;
/// Milliseconds that the first invoke may take longer than the bare function's.
const FIRST_EXTRA_MS: f64 = 1.0;
/// Of the bare function's CPU time for a warm invoke.
const CPU_RATIO: f64 = 1.3;
/// Peak memory, megabytes.
const MEMORY_MB: f64 = 10.0;
/// The stripped binary, megabytes.
const BINARY_MB: f64 = 8.0;

/// A figure and whether it is within its limit.
#[derive(Debug, Serialize)]
pub(crate) struct Verdict {
    value: f64,
    limit: f64,
    pass: bool,
}

/// All verdicts on one function. What compares it with the bare function is missing where that has no
/// such call.
#[derive(Debug, Serialize)]
pub(crate) struct Verdicts {
    pub(crate) init_ratio: Option<Verdict>,
    pub(crate) first_extra_ms: Option<Verdict>,
    pub(crate) cpu_ratio: Option<Verdict>,
    pub(crate) memory_mb: Verdict,
    pub(crate) binary_mb: Verdict,
}

impl Verdicts {
    /// Judges a function.
    pub(crate) fn on(measured: &Comparison) -> Self {
        let Comparison { ours, other } = measured;
        let against =
            |judge: fn(&Figures, &Figures) -> Verdict| other.as_ref().map(|other| judge(ours, other));
        Self {
            init_ratio: against(|ours, other| Verdict::up_to(ours.init_ms / other.init_ms, INIT_RATIO)),
            first_extra_ms: against(|ours, other| {
                Verdict::below(ours.first_ms - other.first_ms, FIRST_EXTRA_MS)
            }),
            cpu_ratio: against(|ours, other| Verdict::up_to(ours.cpu_us / other.cpu_us, CPU_RATIO)),
            memory_mb: Verdict::below(ours.memory_mb, MEMORY_MB),
            binary_mb: Verdict::below(ours.binary_mb, BINARY_MB),
        }
    }
}

impl Verdict {
    fn up_to(value: f64, limit: f64) -> Self {
        Self { value, limit, pass: value <= limit }
    }

    fn below(value: f64, limit: f64) -> Self {
        Self { value, limit, pass: value < limit }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.2} {}", self.value, if self.pass { "pass" } else { "FAIL" })
    }
}
