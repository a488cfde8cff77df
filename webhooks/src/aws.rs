//! The queues in the cloud.

use std::sync::Arc;

use aws_sdk_sqs::{Client, types::SendMessageBatchRequestEntry};
use shared::{http::required_variable, store::sdk_config};

use crate::{DeliveryQueue, Notice, QueueError, queue::Handing};

/// `SendMessageBatch` takes no more.
const MESSAGES_AT_ONCE: usize = 10;

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
    connect(Some(required_variable("DEAD_DELIVERIES_QUEUE_URL")?)).await
}

async fn connect(dead_letters: Option<String>) -> Result<Arc<dyn DeliveryQueue>, QueueError> {
    let notices = required_variable("DELIVERY_QUEUE_URL")?;
    Ok(Arc::new(Queues { client: Client::new(&sdk_config().await?), notices, dead_letters }))
}

#[derive(Debug)]
struct Queues {
    client: Client,
    notices: String,
    dead_letters: Option<String>,
}

impl Queues {
    async fn send_some(&self, notices: &[Notice]) -> Result<(), QueueError> {
        let mut batch = self.client.send_message_batch().queue_url(&self.notices);
        for (position, notice) in notices.iter().enumerate() {
            let body = serde_json::to_string(notice)?;
            let entry = SendMessageBatchRequestEntry::builder().id(position.to_string()).message_body(body);
            batch = batch.entries(entry.build()?);
        }
        match batch.send().await?.failed.first() {
            Some(failure) => Err(format!("the queue refused a message: {}", failure.code).into()),
            None => Ok(()),
        }
    }
}

impl DeliveryQueue for Queues {
    fn notify<'a>(&'a self, notices: &'a [Notice]) -> Handing<'a> {
        Box::pin(async move {
            for some in notices.chunks(MESSAGES_AT_ONCE) {
                self.send_some(some).await?;
            }
            Ok(())
        })
    }

    fn give_up<'a>(&'a self, notice: &'a Notice) -> Handing<'a> {
        Box::pin(async move {
            let url = self.dead_letters.as_ref().ok_or("this function gives nothing up")?;
            let body = serde_json::to_string(notice)?;
            self.client.send_message().queue_url(url).message_body(body).send().await?;
            Ok(())
        })
    }
}
