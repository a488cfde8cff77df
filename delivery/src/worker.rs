//! Delivers what is due at an endpoint, one worker at a time for each.
//!
//! So an endpoint that hangs, however much is due there, keeps one worker busy and no other endpoint waiting.

use std::{sync::Arc, time::Instant};

use futures_util::future::join_all;
use shared::{
    Error, Result,
    edge::random_bits,
    webhooks::{DeliveryStatus, Due, Endpoint, EndpointId, Occasion},
};

use crate::{Courier, DeliveryQueue, Notification};

/// How many messages are under way to an endpoint at the same time.
const AT_ONCE: usize = 16;

/// Delivers what is due.
#[derive(Clone)]
pub struct Worker {
    courier: Courier,
    queue: Arc<dyn DeliveryQueue>,
}

/// A lane that is held, and by whom.
struct Lane<'a> {
    id: EndpointId,
    me: &'a str,
    /// How many had called when it was taken last.
    callers: u64,
}

/// How work on a lane ended.
enum Ending {
    /// Nothing is due any more, or another has taken over.
    LaneLeft,
    /// The endpoint wants nothing now. What is due waits.
    Disabled,
    /// The time is up, and more is due.
    Late,
}

impl Worker {
    /// A worker that sends with `courier`, and tells `queue` of what is left and of what it gives up.
    pub fn new(courier: Courier, queue: Arc<dyn DeliveryQueue>) -> Self {
        Self { courier, queue }
    }

    /// Delivers what is due at the notification's endpoint until nothing is, or `end` has come; then a notification says
    /// that there is more. Returns at once where another worker is at it already, who sees to this notification too.
    ///
    /// # Errors
    /// That something could not be read or written down. It stays due.
    pub async fn work(&self, notification: &Notification, end: Instant) -> Result<()> {
        if notification.delivery.is_some() {
            self.take_up_again(notification).await?;
        }
        let me = format!("{:032x}", random_bits());
        let store = &self.courier.app.store;
        let callers = store.take_lane(notification.endpoint, &me, self.courier.app.clock.now()).await?;
        let Some(callers) = callers else { return Ok(()) };
        let mut lane = Lane { id: notification.endpoint, me: &me, callers };
        let ending = self.work_on(notification, &mut lane, end).await;
        if !matches!(ending, Ok(Ending::LaneLeft)) {
            self.leave(lane).await?;
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
        lane: &mut Lane<'_>,
        end: Instant,
    ) -> Result<Ending> {
        let (store, clock) = (&self.courier.app.store, &self.courier.app.clock);
        loop {
            let endpoint = store.endpoint(&notification.owner, lane.id).await?;
            let Some(endpoint) = endpoint.filter(|endpoint| endpoint.enabled) else {
                return Ok(Ending::Disabled);
            };
            let due = store.due(lane.id, clock.now(), AT_ONCE).await?;
            if due.is_empty() {
                if store.leave_lane(lane.id, lane.me, lane.callers).await? {
                    return Ok(Ending::LaneLeft);
                }
            } else if Instant::now() >= end {
                return Ok(Ending::Late);
            }
            let delivered = join_all(due.into_iter().map(|due| self.deliver(&endpoint, due))).await;
            delivered.into_iter().collect::<Result<()>>()?;
            match store.take_lane(lane.id, lane.me, clock.now()).await? {
                Some(callers) => lane.callers = callers,
                // It took so long that another has taken over.
                None => return Ok(Ending::LaneLeft),
            }
        }
    }

    async fn deliver(&self, endpoint: &Endpoint, due: Due) -> Result<()> {
        let store = &self.courier.app.store;
        let delivery = match store.delivery(endpoint.id, &due.delivery).await? {
            Some(delivery) if due.is_of(&delivery) => delivery,
            // DynamoDB has removed it for its age, and its entry only later; or it has been delivered by hand
            // since the list was read. An entry that stayed would be looked at without end.
            read => return store.forget_due(due, read.as_ref()).await,
        };
        let attempt = self.courier.attempt(endpoint, &delivery).await?;
        if attempt.error.is_some() && delivery.is_at_its_last() {
            // Before it is written down: twice among the dead letters does no harm.
            let (owner, endpoint) = (endpoint.owner.clone(), endpoint.id);
            let notification = Notification { owner, endpoint, delivery: Some(due.delivery) };
            self.queue.give_up(&notification).await.map_err(Error::Unavailable)?;
        }
        self.courier.record(endpoint, delivery, attempt, Occasion::Due).await.map(drop)
    }

    /// Makes a delivery that has failed for good due once more. One that is pending, delivered or gone is
    /// left as it is.
    async fn take_up_again(&self, notification: &Notification) -> Result<()> {
        let (store, clock) = (&self.courier.app.store, &self.courier.app.clock);
        let Some(id) = &notification.delivery else { return Ok(()) };
        let Some(delivery) = store.delivery(notification.endpoint, id).await? else { return Ok(()) };
        if delivery.status == DeliveryStatus::Failed && delivery.cursor.is_some() {
            let again = delivery.clone().redriven(clock.now());
            // Where somebody else was faster, they saw to it.
            store.record_delivery(notification.endpoint, Some(&delivery), &again).await?;
        }
        Ok(())
    }

    /// Gives the lane back, whoever has called.
    async fn leave(&self, lane: Lane<'_>) -> Result<()> {
        let (store, clock) = (&self.courier.app.store, &self.courier.app.clock);
        let mut callers = lane.callers;
        while !store.leave_lane(lane.id, lane.me, callers).await? {
            match store.take_lane(lane.id, lane.me, clock.now()).await? {
                Some(now) => callers = now,
                None => return Ok(()),
            }
        }
        Ok(())
    }
}
