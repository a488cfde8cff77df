//! The queues in the cloud.

use std::sync::Arc;

use shared::edge::queue::Queue;

use crate::{DeliveryQueue, Notification, QueueError, queue::Handing};

/// The queue that the environment's `DELIVERY_QUEUE_URL` names, for functions that only send notifications.
///
/// # Errors
/// The missing setting.
pub async fn notifications() -> Result<Arc<dyn DeliveryQueue>, QueueError> {
    connect(None).await
}

/// The same, with the dead-letter queue that `DEAD_DELIVERIES_QUEUE_URL` names.
///
/// # Errors
/// The missing setting.
pub async fn notifications_and_dead_letters() -> Result<Arc<dyn DeliveryQueue>, QueueError> {
    connect(Some(Queue::from_env("DEAD_DELIVERIES_QUEUE_URL").await?)).await
}

async fn connect(dead_letters: Option<Queue>) -> Result<Arc<dyn DeliveryQueue>, QueueError> {
    Ok(Arc::new(Queues { notifications: Queue::from_env("DELIVERY_QUEUE_URL").await?, dead_letters }))
}

#[derive(Debug)]
struct Queues {
    notifications: Queue,
    dead_letters: Option<Queue>,
}

impl DeliveryQueue for Queues {
    fn notify<'a>(&'a self, notifications: &'a [Notification]) -> Handing<'a> {
        Box::pin(async move {
            let messages: Vec<_> =
                notifications.iter().map(serde_json::to_string).collect::<Result<_, _>>()?;
            self.notifications.send(messages).await
        })
    }

    fn give_up<'a>(&'a self, notification: &'a Notification) -> Handing<'a> {
        Box::pin(async move {
            let queue = self.dead_letters.as_ref().ok_or("this function has no dead-letter queue")?;
            queue.send([serde_json::to_string(notification)?]).await
        })
    }
}
