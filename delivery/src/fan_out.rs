//! Creating the deliveries of new events, and notifying workers of due ones.

use std::{
    collections::HashSet,
    time::{Duration, Instant},
};

use futures_util::{StreamExt as _, stream};
use shared::{App, Error, Result, edge, kernel::Owner, webhooks::Endpoint};

use crate::{DeliveryQueue, Notification};

/// After this time no feed gets more than one transaction, so that the function ends before its timeout.
pub const FAN_OUT_TIME: Duration = Duration::from_secs(40);

/// The number of endpoints or feeds read at the same time.
const AT_ONCE: usize = 8;

/// Creates the missing deliveries of a merchant's events, and notifies `queue` of their endpoints after each
/// transaction, so that none waits for the rest. Leaves the rest at `end` to the next call, within a minute. Even then
/// it makes one transaction, so that no feed waits for all of another.
///
/// # Errors
/// [`Error::Unavailable`], [`Error::Internal`]; deliveries created before that stay, and are due.
pub async fn queue_deliveries(
    app: &App,
    queue: &dyn DeliveryQueue,
    owner: &Owner,
    end: Instant,
) -> Result<()> {
    while let Some(endpoints) = app.webhooks.fan_out(owner).await? {
        let notification = |endpoint| Notification { owner: owner.clone(), endpoint, delivery: None };
        let notifications: Vec<_> = endpoints.into_iter().map(notification).collect();
        queue.notify(&notifications).await.map_err(Error::Unavailable)?;
        if Instant::now() >= end {
            break;
        }
    }
    Ok(())
}

/// Sends notifications of due deliveries, and creates deliveries that a lost stream record left out: reads each endpoint's
/// list once, and then each feed twice if nothing is new.
///
/// # Errors
/// If an endpoint or a feed could not be read, or the queue not be reached; the others were, and the next call tries
/// again.
pub async fn retry_deliveries(app: &App, queue: &dyn DeliveryQueue, end: Instant) -> Result<()> {
    let endpoints = app.webhooks.all_endpoints().await?;
    let mut seen = HashSet::new();
    let owners = endpoints.iter().map(|endpoint| endpoint.owner.clone());
    let owners: Vec<_> = owners.filter(|owner| seen.insert(owner.clone())).collect();
    let looks = stream::iter(endpoints).map(|endpoint| async move {
        failures(&endpoint.id.to_string(), notify_if_due(app, queue, &endpoint).await)
    });
    let mut failed: usize = looks.buffer_unordered(AT_ONCE).collect::<Vec<_>>().await.into_iter().sum();
    let looks = stream::iter(owners).map(|owner| async move {
        failures(owner.as_str(), queue_deliveries(app, queue, &owner, end).await)
    });
    failed += looks.buffer_unordered(AT_ONCE).collect::<Vec<_>>().await.into_iter().sum::<usize>();
    match failed {
        0 => Ok(()),
        _ => Err(Error::Internal(format!("{failed} feeds or endpoints could not be read").into())),
    }
}

async fn notify_if_due(app: &App, queue: &dyn DeliveryQueue, endpoint: &Endpoint) -> Result<()> {
    if !endpoint.enabled || app.webhooks.due(endpoint.id, app.clock.now(), 1).await?.is_empty() {
        return Ok(());
    }
    let notification = Notification { owner: endpoint.owner.clone(), endpoint: endpoint.id, delivery: None };
    queue.notify(&[notification]).await.map_err(Error::Unavailable)
}

/// Logs a failure, and counts it.
fn failures(name: &str, outcome: Result<()>) -> usize {
    match outcome {
        Ok(()) => 0,
        Err(error) => {
            edge::log_failure(name, &error);
            1
        }
    }
}
