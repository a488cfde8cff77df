//! The limits: each function's cost compared with the bare function's.

use std::fmt;

use serde::Serialize;

use crate::measure::{Comparison, Figures};

/// The time from exec to the first poll, as a multiple of the bare function's.
const INIT_RATIO: f64 = 1.3;
/// The extra time of the first invoke over the bare function's, in milliseconds.
const FIRST_EXTRA_MS: f64 = 1.0;
/// The CPU time of a warm invoke, as a multiple of the bare function's.
const CPU_RATIO: f64 = 1.3;
/// Peak memory, in megabytes.
const MEMORY_MB: f64 = 10.0;
/// The size of the stripped binary, in megabytes.
const BINARY_MB: f64 = 8.0;

/// A figure, and true if it is within its limit.
#[derive(Debug, Serialize)]
pub(crate) struct Verdict {
    value: f64,
    limit: f64,
    pass: bool,
}

/// All verdicts on one function. Comparisons are missing if the bare function has no such call.
#[derive(Debug, Serialize)]
pub(crate) struct Verdicts {
    pub(crate) init_ratio: Option<Verdict>,
    pub(crate) first_extra_ms: Option<Verdict>,
    pub(crate) cpu_ratio: Option<Verdict>,
    pub(crate) memory_mb: Verdict,
    pub(crate) binary_mb: Verdict,
}

impl Verdicts {
    /// Judges a function. The costs of an invoke are compared if it is no more than the bare function's call.
    pub(crate) fn on(measured: &Comparison) -> Self {
        let Comparison { ours, other, one_call } = measured;
        let against =
            |judge: fn(&Figures, &Figures) -> Verdict| other.as_ref().map(|other| judge(ours, other));
        Self {
            init_ratio: against(|ours, other| Verdict::up_to(ours.init_ms / other.init_ms, INIT_RATIO)),
            first_extra_ms: against(|ours, other| {
                Verdict::below(ours.first_ms - other.first_ms, FIRST_EXTRA_MS)
            })
            .filter(|_| *one_call),
            cpu_ratio: against(|ours, other| Verdict::up_to(ours.cpu_us / other.cpu_us, CPU_RATIO))
                .filter(|_| *one_call),
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
