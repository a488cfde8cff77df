//! The health of a node: whether it answers, and the pause that it wants.

use std::{
    fmt,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use super::error::NodeError;

/// The first pause after "too many requests"; each further one is twice as long.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
/// The longest pause, also where the node wants a longer one.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

/// The health of one node, shared by all that ask it.
pub(super) struct Health {
    /// The node's name in the log: its URL may hold an access key.
    name: String,
    state: Mutex<State>,
}

struct State {
    answers: bool,
    last_pause: Duration,
    paused_until: Option<Instant>,
}

impl Health {
    pub(super) fn new(name: String) -> Self {
        Self {
            name,
            state: Mutex::new(State { answers: true, last_pause: Duration::ZERO, paused_until: None }),
        }
    }

    /// True while the node is not to be asked.
    pub(super) fn is_paused(&self) -> bool {
        self.state().paused_until.is_some_and(|until| Instant::now() < until)
    }

    /// Takes note of an answer.
    pub(super) fn answered(&self) {
        let mut state = self.state();
        state.last_pause /= 2;
        if !std::mem::replace(&mut state.answers, true) {
            tracing::warn!("{} answers again", self.name);
        }
    }

    /// Takes note of a failure. A refusal is an answer.
    pub(super) fn failed(&self, error: &NodeError) {
        let mut state = self.state();
        match error {
            // Of requests at the same time only the first counts.
            NodeError::Limited { retry_after, .. }
                if state.paused_until.is_none_or(|it| it <= Instant::now()) =>
            {
                let doubled = (state.last_pause * 2).max(FIRST_PAUSE);
                state.last_pause = retry_after.unwrap_or(doubled).min(LONGEST_PAUSE);
                state.paused_until = Some(Instant::now() + state.last_pause);
            }
            NodeError::Failed { .. } => {}
            _ => return,
        }
        if std::mem::replace(&mut state.answers, false) {
            tracing::warn!("{} fails: {error}", self.name);
        }
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Health {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}
