//! Has delivered what has become due, and what a stream or a queue has lost word of.

use futures_util::{StreamExt as _, stream};
use queue_deliveries::queue_deliveries;
use shared::{App, Error, Result, http, model::Endpoint};
use webhooks::{DeliveryQueue, Notice};

/// How many endpoints are looked at at the same time.
const AT_ONCE: usize = 8;

/// Looks at each endpoint, for the cost of one read, and at each of their merchants' feeds, for three.
///
/// # Errors
/// That something could not be read or handed on; the rest was, and the next minute tries again.
pub async fn handle(app: &App, queue: &dyn DeliveryQueue) -> Result<()> {
    let endpoints = app.store.all_endpoints().await?;
    let mut failed = 0_usize;
    let mut owners: Vec<_> = endpoints.iter().map(|endpoint| endpoint.owner.clone()).collect();
    owners.sort_by(|one, other| one.as_str().cmp(other.as_str()));
    owners.dedup();
    for owner in owners {
        if let Err(error) = queue_deliveries(app, queue, &owner).await {
            http::log_failure(owner.as_str(), &error);
            failed += 1;
        }
    }
    let looks = stream::iter(endpoints).map(|endpoint| notice_if_due(app, endpoint));
    let mut looks = looks.buffered(AT_ONCE);
    let mut notices = Vec::new();
    while let Some(look) = looks.next().await {
        match look {
            Ok(notice) => notices.extend(notice),
            Err(error) => {
                http::log_failure("an endpoint", &error);
                failed += 1;
            }
        }
    }
    queue.notify(&notices).await.map_err(Error::Unavailable)?;
    match failed {
        0 => Ok(()),
        _ => Err(Error::Internal(format!("{failed} feeds or endpoints could not be looked at").into())),
    }
}

async fn notice_if_due(app: &App, endpoint: Endpoint) -> Result<Option<Notice>> {
    if !endpoint.enabled || app.store.due(endpoint.id, app.clock.now(), 1).await?.is_empty() {
        return Ok(None);
    }
    Ok(Some(Notice { owner: endpoint.owner, endpoint: endpoint.id, delivery: None }))
}
