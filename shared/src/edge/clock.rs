//! The clock: the only place that reads the time.

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use crate::kernel::Timestamp;

/// The system's clock, which the local server's test helper can move forward. Clones share the shift.
#[derive(Debug, Clone, Default)]
pub struct Clock {
    ahead_millis: Arc<AtomicI64>,
}

impl Clock {
    /// A clock that shows `now` at this moment and runs on from there.
    pub fn starting_at(now: Timestamp) -> Self {
        let clock = Self::default();
        let ahead = now.millis().saturating_sub(clock.now().millis());
        clock.ahead_millis.store(ahead, Ordering::Relaxed);
        clock
    }

    /// The time, to the millisecond.
    #[expect(clippy::disallowed_methods, reason = "this is the edge")]
    pub fn now(&self) -> Timestamp {
        let system = chrono::Utc::now().timestamp_millis();
        Timestamp::from_millis(system).plus_millis(self.ahead_millis.load(Ordering::Relaxed))
    }

    /// Moves this clock forward. Ignores a shift past the largest time.
    pub fn advance(&self, millis: u64) {
        let shift = |ahead: i64| ahead.checked_add_unsigned(millis);
        let _ = self.ahead_millis.try_update(Ordering::Relaxed, Ordering::Relaxed, shift);
    }
}
