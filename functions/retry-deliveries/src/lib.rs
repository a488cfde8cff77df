//! Has delivered what has become due, and what a stream or a queue has lost word of.

use std::{collections::HashSet, time::Instant};

use delivery::{DeliveryQueue, Notification};
use futures_util::{StreamExt as _, stream};
use lambda_runtime::{LambdaEvent, service_fn};
use queue_deliveries::{WORKED, queue_deliveries};
use serde_json::Value;
use shared::{App, Error, Result, edge, webhooks::Endpoint};

/// Runs the function until Lambda ends it.
///
/// # Errors
/// A setting that is missing or cannot be used, or what ends the runtime.
pub async fn run() -> Result<(), lambda_runtime::Error> {
    let app = App::from_env().await?;
    let queue = delivery::aws::notifications().await?;
    lambda_runtime::run(service_fn(async |_: LambdaEvent<Value>| {
        handle(&app, queue.as_ref()).await.map_err(lambda_runtime::Error::from)
    }))
    .await
}

/// How many endpoints or feeds are looked at at the same time.
const AT_ONCE: usize = 8;

/// Looks at each endpoint, for the cost of one read, and then at each of their merchants' feeds, for two if
/// nothing is new. What is found is handed on at once, whatever the rest takes.
///
/// # Errors
/// That something could not be read or handed on; the rest was, and the next minute tries again.
pub async fn handle(app: &App, queue: &dyn DeliveryQueue) -> Result<()> {
    let end = Instant::now() + WORKED;
    let endpoints = app.store.all_endpoints().await?;
    let mut seen = HashSet::new();
    let owners = endpoints.iter().map(|endpoint| endpoint.owner.clone());
    let owners: Vec<_> = owners.filter(|owner| seen.insert(owner.clone())).collect();
    let looks = stream::iter(endpoints).map(|endpoint| async move {
        logged(&endpoint.id.to_string(), notify_if_due(app, queue, &endpoint).await)
    });
    let mut failed: usize = looks.buffer_unordered(AT_ONCE).collect::<Vec<_>>().await.into_iter().sum();
    let looks = stream::iter(owners)
        .map(|owner| async move { logged(owner.as_str(), queue_deliveries(app, queue, &owner, end).await) });
    failed += looks.buffer_unordered(AT_ONCE).collect::<Vec<_>>().await.into_iter().sum::<usize>();
    match failed {
        0 => Ok(()),
        _ => Err(Error::Internal(format!("{failed} feeds or endpoints could not be looked at").into())),
    }
}

async fn notify_if_due(app: &App, queue: &dyn DeliveryQueue, endpoint: &Endpoint) -> Result<()> {
    if !endpoint.enabled || app.store.due(endpoint.id, app.clock.now(), 1).await?.is_empty() {
        return Ok(());
    }
    let notification = Notification { owner: endpoint.owner.clone(), endpoint: endpoint.id, delivery: None };
    queue.notify(&[notification]).await.map_err(Error::Unavailable)
}

/// How many failures that is.
fn logged(name: &str, outcome: Result<()>) -> usize {
    match outcome {
        Ok(()) => 0,
        Err(error) => {
            edge::log_failure(name, &error);
            1
        }
    }
}
