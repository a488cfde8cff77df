//! Ends sessions and orders whose deadline has passed, though nobody asks about them, so that their
//! merchants are told.

use shared::{App, Error, http};

/// Sweeps once. Sweeping twice, or two at once, is the same as sweeping once.
///
/// # Errors
/// When something could not be ended; the rest is done, and the next sweep tries again.
pub async fn handle(app: &App) -> Result<(), Error> {
    let mut failed = 0_usize;
    let report = |subject: shared::model::Subject, error: Error| {
        failed += 1;
        http::log_failure(&subject.to_string(), &error);
    };
    app.store.sweep(app.clock.now(), report).await?;
    match failed {
        0 => Ok(()),
        _ => Err(Error::Internal(format!("{failed} expiries could not be written down").into())),
    }
}
