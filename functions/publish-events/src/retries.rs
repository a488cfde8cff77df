//! The way back to this function for what could not be published.

use std::{future::Future, pin::Pin};

use aws_sdk_sqs::{Client, types::SendMessageBatchRequestEntry};
use shared::{http::required_variable, model::Subject, store::sdk_config};

/// Any error.
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// Brings subjects back, each by itself, until they are published: in the cloud an SQS queue.
pub trait Retries: Send + Sync {
    /// Takes all of them, or fails; then it may have taken some, which does no harm.
    fn send<'a>(
        &'a self,
        subjects: &'a [Subject],
    ) -> Pin<Box<dyn Future<Output = Result<(), BoxError>> + Send + 'a>>;
}

/// The queue whose messages are subjects' ids.
#[derive(Debug)]
pub struct SqsRetries {
    client: Client,
    url: String,
}

/// `SendMessageBatch` takes no more.
const MESSAGES_AT_ONCE: usize = 10;

impl SqsRetries {
    /// The queue that the environment names.
    ///
    /// # Errors
    /// What is missing or cannot be read.
    pub async fn from_env() -> Result<Self, BoxError> {
        let url = required_variable("PUBLISHING_RETRIES_QUEUE_URL")?;
        Ok(Self { client: Client::new(&sdk_config().await?), url })
    }

    async fn send_some(&self, subjects: &[Subject]) -> Result<(), BoxError> {
        let mut batch = self.client.send_message_batch().queue_url(&self.url);
        for (position, subject) in subjects.iter().enumerate() {
            let entry = SendMessageBatchRequestEntry::builder().id(position.to_string());
            batch = batch.entries(entry.message_body(subject.to_string()).build()?);
        }
        match batch.send().await?.failed.first() {
            Some(failure) => Err(format!("the queue refused a message: {}", failure.code).into()),
            None => Ok(()),
        }
    }
}

impl Retries for SqsRetries {
    fn send<'a>(
        &'a self,
        subjects: &'a [Subject],
    ) -> Pin<Box<dyn Future<Output = Result<(), BoxError>> + Send + 'a>> {
        Box::pin(async move {
            for some in subjects.chunks(MESSAGES_AT_ONCE) {
                self.send_some(some).await?;
            }
            Ok(())
        })
    }
}
