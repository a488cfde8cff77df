//! What in the cloud happens by itself: the tables' streams and a queue call `publish-events`, a schedule calls
//! `sweep-expired`.

use std::{collections::HashMap, future::Future, pin::Pin, sync::Arc, time::Duration};

use aws_sdk_dynamodbstreams::{
    Client,
    config::{BehaviorVersion, Credentials, Region},
    types::{AttributeValue, Record, ShardIteratorType},
};
use aws_smithy_http_client::Builder;
use publish_events::Retries;
use serde_json::{Map, Value, json};
use shared::{App, model::Subject};
use tokio::sync::Mutex;

use crate::{functions, server::BoxError};

/// The streams' readers, and where each one is.
pub(crate) struct Background {
    app: App,
    client: Client,
    tables: Vec<String>,
    iterators: Mutex<HashMap<Shard, String>>,
    retries: Waiting,
}

/// What could not be published, in place of a queue.
#[derive(Default)]
struct Waiting(Mutex<Vec<Subject>>);

impl Retries for Waiting {
    fn send<'a>(
        &'a self,
        subjects: &'a [Subject],
    ) -> Pin<Box<dyn Future<Output = Result<(), BoxError>> + Send + 'a>> {
        Box::pin(async move {
            self.0.lock().await.extend_from_slice(subjects);
            Ok(())
        })
    }
}

/// A stream, and a part of it.
type Shard = (String, String);

/// How often streams are read and deadlines looked at.
const INTERVAL: Duration = Duration::from_secs(1);

impl Background {
    pub(crate) fn new(app: App, endpoint: &str, tables: Vec<String>) -> Self {
        let config = aws_sdk_dynamodbstreams::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::from_static("us-east-1"))
            .credentials_provider(Credentials::new("local", "local", None, None, "local"))
            .http_client(Builder::new().build_http())
            .endpoint_url(endpoint);
        Self {
            app,
            client: Client::from_conf(config.build()),
            tables,
            iterators: Mutex::default(),
            retries: Waiting::default(),
        }
    }

    /// Sweeps, and publishes until the streams have nothing new.
    pub(crate) async fn catch_up(&self) -> Result<(), BoxError> {
        let mut iterators = self.iterators.lock().await;
        sweep_expired::handle(&self.app).await?;
        for table in &self.tables {
            for shard in self.shards(table).await? {
                // Reading anew from the start does no harm, so that is what happens after a mistake.
                let iterator = match iterators.remove(&shard) {
                    Some(iterator) => iterator,
                    None => self.first_iterator(&shard).await?,
                };
                iterators.extend(self.read_on(iterator).await?.map(|iterator| (shard, iterator)));
            }
        }
        self.publish_again().await
    }

    /// Brings back what could not be published, as its queue does until it can be.
    async fn publish_again(&self) -> Result<(), BoxError> {
        let waiting = std::mem::take(&mut *self.retries.0.lock().await);
        let mut failed = Vec::new();
        for subject in waiting {
            let message = json!({"messageId": "1", "body": subject.to_string(), "eventSource": "aws:sqs"});
            let batch = json!({"Records": [message]});
            let response = functions::publish_events(&self.app, &self.retries, batch).await?;
            failed.extend((!response.batch_item_failures.is_empty()).then_some(subject));
        }
        self.retries.send(&failed).await?;
        if failed.is_empty() { Ok(()) } else { Err("publish-events could not publish everything".into()) }
    }

    /// Goes on for ever.
    pub(crate) async fn run(self: Arc<Self>) {
        loop {
            tokio::time::sleep(INTERVAL).await;
            if let Err(error) = self.catch_up().await {
                tracing::warn!("events wait to be published: {error}");
            }
        }
    }

    async fn shards(&self, table: &str) -> Result<Vec<Shard>, BoxError> {
        let mut shards = Vec::new();
        for stream in self.client.list_streams().table_name(table).send().await?.streams() {
            let Some(arn) = stream.stream_arn() else { continue };
            let described = self.client.describe_stream().stream_arn(arn).send().await?;
            let parts = described.stream_description().map(|it| it.shards()).unwrap_or_default();
            shards
                .extend(parts.iter().filter_map(|part| Some((arn.to_owned(), part.shard_id()?.to_owned()))));
        }
        Ok(shards)
    }

    async fn first_iterator(&self, (arn, shard): &Shard) -> Result<String, BoxError> {
        let request = self.client.get_shard_iterator().stream_arn(arn).shard_id(shard);
        let answer = request.shard_iterator_type(ShardIteratorType::TrimHorizon).send().await?;
        answer.shard_iterator.ok_or_else(|| "a shard has no iterator".into())
    }

    /// Hands on all there is; returns where to go on, unless the shard has ended.
    async fn read_on(&self, mut iterator: String) -> Result<Option<String>, BoxError> {
        loop {
            let batch = self.client.get_records().shard_iterator(&iterator).limit(100).send().await?;
            if !batch.records().is_empty() {
                let event = json!({"Records": batch.records().iter().map(event_record).collect::<Vec<_>>()});
                let response = functions::publish_events(&self.app, &self.retries, event).await?;
                if !response.batch_item_failures.is_empty() {
                    return Err("publish-events did not take a record".into());
                }
            }
            match batch.next_shard_iterator {
                Some(next) if batch.records.as_ref().is_some_and(|records| !records.is_empty()) => {
                    iterator = next
                }
                next => return Ok(next),
            }
        }
    }
}

/// A record as Lambda hands it on; all keys are texts.
fn event_record(record: &Record) -> Value {
    let change = record.dynamodb();
    let keys = change.and_then(|change| change.keys()).into_iter().flatten();
    let keys: Map<_, _> = keys
        .filter_map(|(name, value)| match value {
            AttributeValue::S(text) => Some((name.clone(), json!({"S": text}))),
            _ => None,
        })
        .collect();
    json!({
        "eventID": record.event_id(),
        "eventName": record.event_name().map(|name| name.as_str()),
        "eventVersion": "1.1",
        "eventSource": "aws:dynamodb",
        "awsRegion": "us-east-1",
        "dynamodb": {
            "ApproximateCreationDateTime": 0,
            "Keys": keys,
            "SequenceNumber": change.and_then(|change| change.sequence_number()),
            "SizeBytes": 1,
            "StreamViewType": "KEYS_ONLY",
        },
    })
}
