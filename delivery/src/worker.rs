//! Sends the due deliveries of an endpoint, one worker at a time for each.
//!
//! So an endpoint that hangs, whatever its backlog, keeps one worker busy and no other endpoint waiting.

use std::{sync::Arc, time::Instant};

use futures_util::future::join_all;
use shared::{
    Error, Result,
    edge::random_bits,
    kernel::EndpointId,
    webhooks::{DeliveryStatus, Due, Endpoint, Lease, Occasion, Release},
};

use crate::{Courier, DeliveryQueue, Notification};

/// The number of messages in flight to an endpoint.
const AT_ONCE: usize = 16;

/// Sends due deliveries.
#[derive(Clone)]
pub struct Worker {
    courier: Courier,
    queue: Arc<dyn DeliveryQueue>,
}

/// A lease that is held.
struct HeldLease<'a> {
    endpoint: EndpointId,
    me: &'a str,
    /// The number of calls by other workers when the lease was last taken.
    callers: u64,
}

/// The end of work on an endpoint.
enum Ending {
    /// No delivery is due any more, or another worker holds the lease.
    Released,
    /// The endpoint is disabled. Due deliveries wait.
    Disabled,
    /// The time is up, and more deliveries are due.
    Late,
}

impl Worker {
    /// Creates a worker that sends with `courier`. It notifies `queue` of remaining and failed deliveries.
    pub fn new(courier: Courier, queue: Arc<dyn DeliveryQueue>) -> Self {
        Self { courier, queue }
    }

    /// Sends the due deliveries of the notification's endpoint until none is left, or until `end`; then it notifies the
    /// queue that there are more. Returns at once if another worker holds the lease, which then covers this
    /// notification too.
    ///
    /// # Errors
    /// If a delivery could not be read or stored. It stays due.
    pub async fn work(&self, notification: &Notification, end: Instant) -> Result<()> {
        if notification.delivery.is_some() {
            self.take_up_again(notification).await?;
        }
        let me = format!("{:032x}", random_bits());
        let store = &self.courier.app.webhooks;
        let endpoint = notification.endpoint;
        let taken = store.take_lease(endpoint, &me, self.courier.app.clock.now()).await?;
        let Lease::Held { callers } = taken else { return Ok(()) };
        let mut lease = HeldLease { endpoint, me: &me, callers };
        let ending = self.work_on(notification, &mut lease, end).await;
        if !matches!(ending, Ok(Ending::Released)) {
            self.release(lease).await?;
        }
        if matches!(ending?, Ending::Late) {
            let more = Notification { delivery: None, ..notification.clone() };
            self.queue.notify(&[more]).await.map_err(Error::Unavailable)?;
        }
        Ok(())
    }

    async fn work_on(
        &self,
        notification: &Notification,
        lease: &mut HeldLease<'_>,
        end: Instant,
    ) -> Result<Ending> {
        let (store, clock) = (&self.courier.app.webhooks, &self.courier.app.clock);
        loop {
            let endpoint = store.endpoint(&notification.owner, lease.endpoint).await?;
            let Some(endpoint) = endpoint.filter(|endpoint| endpoint.enabled) else {
                return Ok(Ending::Disabled);
            };
            let due = store.due(lease.endpoint, clock.now(), AT_ONCE).await?;
            if due.is_empty() {
                let released = store.release_lease(lease.endpoint, lease.me, lease.callers).await?;
                if released == Release::Released {
                    return Ok(Ending::Released);
                }
            } else if Instant::now() >= end {
                return Ok(Ending::Late);
            }
            let delivered = join_all(due.into_iter().map(|due| self.deliver(&endpoint, due))).await;
            delivered.into_iter().collect::<Result<()>>()?;
            match store.take_lease(lease.endpoint, lease.me, clock.now()).await? {
                Lease::Held { callers } => lease.callers = callers,
                // The deliveries took so long that another worker has taken the lease.
                Lease::Anothers => return Ok(Ending::Released),
            }
        }
    }

    async fn deliver(&self, endpoint: &Endpoint, due: Due) -> Result<()> {
        let store = &self.courier.app.webhooks;
        let delivery = match store.delivery(endpoint.id, &due.delivery).await? {
            Some(delivery) if due.is_of(&delivery) => delivery,
            // DynamoDB has deleted it for its age, and its entry later; or it was delivered by hand since the list was
            // read. An entry that stayed would be read forever.
            read => return Ok(store.forget_due(due, read.as_ref()).await?),
        };
        let attempt = self.courier.attempt(endpoint, &delivery).await?;
        if attempt.error.is_some() && delivery.is_at_its_last() {
            // Before it is stored: a duplicate in the dead-letter queue does no harm.
            let (owner, endpoint) = (endpoint.owner.clone(), endpoint.id);
            let notification = Notification { owner, endpoint, delivery: Some(due.delivery) };
            self.queue.give_up(&notification).await.map_err(Error::Unavailable)?;
        }
        self.courier.add_attempt(endpoint, delivery, attempt, Occasion::Due).await.map(drop)
    }

    /// Makes a failed delivery due once more. Ignores one that is pending, delivered or deleted.
    async fn take_up_again(&self, notification: &Notification) -> Result<()> {
        let (store, clock) = (&self.courier.app.webhooks, &self.courier.app.clock);
        let Some(id) = &notification.delivery else { return Ok(()) };
        let Some(delivery) = store.delivery(notification.endpoint, id).await? else { return Ok(()) };
        if delivery.status == DeliveryStatus::Failed && delivery.place.is_some() {
            let again = delivery.clone().redriven(clock.now());
            // A refused write means that another worker has done so.
            store.write_delivery(notification.endpoint, Some(&delivery), &again).await?;
        }
        Ok(())
    }

    /// Releases the lease, even if other workers have called.
    async fn release(&self, lease: HeldLease<'_>) -> Result<()> {
        let (store, clock) = (&self.courier.app.webhooks, &self.courier.app.clock);
        let mut calls = lease.callers;
        while store.release_lease(lease.endpoint, lease.me, calls).await? == Release::Refused {
            match store.take_lease(lease.endpoint, lease.me, clock.now()).await? {
                Lease::Held { callers } => calls = callers,
                Lease::Anothers => return Ok(()),
            }
        }
        Ok(())
    }
}
