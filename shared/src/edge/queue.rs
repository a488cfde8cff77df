//! Sends messages to SQS queues.

use aws_sdk_sqs::{Client, types::SendMessageBatchRequestEntry};

use crate::{dynamo::sdk_config, edge::required_variable};

/// Any error.
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// The most messages that `SendMessageBatch` takes.
const MESSAGES_AT_ONCE: usize = 10;

/// A queue that messages are sent to.
#[derive(Debug)]
pub struct Queue {
    client: Client,
    url: String,
}

impl Queue {
    /// The queue whose URL the environment variable holds. Connects with the first message.
    ///
    /// # Errors
    /// The setting that is missing or invalid.
    pub async fn from_env(variable: &'static str) -> Result<Self, BoxError> {
        let url = required_variable(variable)?;
        Ok(Self { client: Client::new(&sdk_config().await?), url })
    }

    /// Sends all messages. A failed call may have sent some.
    ///
    /// # Errors
    /// If the queue is unreachable, or refuses a message.
    pub async fn send(&self, messages: impl IntoIterator<Item = String>) -> Result<(), BoxError> {
        let messages = Vec::from_iter(messages);
        for some in messages.chunks(MESSAGES_AT_ONCE) {
            self.send_batch(some).await?;
        }
        Ok(())
    }

    async fn send_batch(&self, messages: &[String]) -> Result<(), BoxError> {
        let mut batch = self.client.send_message_batch().queue_url(&self.url);
        for (position, message) in messages.iter().enumerate() {
            let entry = SendMessageBatchRequestEntry::builder().id(position.to_string());
            batch = batch.entries(entry.message_body(message).build()?);
        }
        match batch.send().await?.failed.first() {
            Some(failure) => Err(format!("the queue refused a message: {}", failure.code).into()),
            None => Ok(()),
        }
    }
}
