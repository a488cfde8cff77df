//! The queues in the cloud.

use std::sync::Arc;

use sqs::Queue;

use crate::{DeliveryQueue, Notice, QueueError, queue::Handing};

/// The queue that the environment's `DELIVERY_QUEUE_URL` names, for those that only send notices.
///
/// # Errors
/// What is missing.
pub async fn notices() -> Result<Arc<dyn DeliveryQueue>, QueueError> {
    connect(None).await
}

/// The same, and for what is given up the queue that `DEAD_DELIVERIES_QUEUE_URL` names.
///
/// # Errors
/// What is missing.
pub async fn notices_and_dead_letters() -> Result<Arc<dyn DeliveryQueue>, QueueError> {
    connect(Some(Queue::from_env("DEAD_DELIVERIES_QUEUE_URL").await?)).await
}

async fn connect(dead_letters: Option<Queue>) -> Result<Arc<dyn DeliveryQueue>, QueueError> {
    Ok(Arc::new(Queues { notices: Queue::from_env("DELIVERY_QUEUE_URL").await?, dead_letters }))
}

#[derive(Debug)]
struct Queues {
    notices: Queue,
    dead_letters: Option<Queue>,
}

impl DeliveryQueue for Queues {
    fn notify<'a>(&'a self, notices: &'a [Notice]) -> Handing<'a> {
        Box::pin(async move {
            let messages: Vec<_> = notices.iter().map(serde_json::to_string).collect::<Result<_, _>>()?;
            self.notices.send(messages).await
        })
    }

    fn give_up<'a>(&'a self, notice: &'a Notice) -> Handing<'a> {
        Box::pin(async move {
            let queue = self.dead_letters.as_ref().ok_or("this function gives nothing up")?;
            queue.send([serde_json::to_string(notice)?]).await
        })
    }
}
