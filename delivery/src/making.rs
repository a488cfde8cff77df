//! Making deliveries of new events, and telling workers of those that are due.

use std::{
    collections::HashSet,
    time::{Duration, Instant},
};

use futures_util::{StreamExt as _, stream};
use shared::{App, Error, Result, edge, kernel::Owner, webhooks::Endpoint};

use crate::{DeliveryQueue, Notification};

/// The time to go on with long feeds. What is under way then, and some of each feed that is left, still get their time
/// before Lambda ends the function.
pub const MAKING: Duration = Duration::from_secs(40);

/// How many endpoints or feeds are looked at at the same time.
const AT_ONCE: usize = 8;

/// Makes deliveries of the events in a merchant's feed that have none, and notifies `queue` of the endpoints that they are
/// for: after each transaction, so that none waits for the rest. The rest is left at `end`, for the next call, within
/// a minute. One transaction's are made even then, so that no feed waits for all of another.
///
/// # Errors
/// [`Error::Unavailable`], [`Error::Internal`]; the deliveries made until then stay, and are due.
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

/// Re-enqueues due deliveries, and makes those that a stream has lost: looks at each endpoint, for the cost of one read,
/// and then at each of their merchants' feeds, for two if nothing is new.
///
/// # Errors
/// That an endpoint or a feed could not be read, or the queue not reached; the others were, and the next call tries again.
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
        _ => Err(Error::Internal(format!("{failed} feeds or endpoints could not be looked at").into())),
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
