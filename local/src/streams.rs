//! Reading the tables' streams.

use std::{collections::HashMap, mem, time::Duration};

use aws_sdk_dynamodbstreams::{
    Client,
    config::{BehaviorVersion, Credentials, Region, timeout::TimeoutConfig},
    types::{AttributeValue, Record, ShardIteratorType},
};
use aws_smithy_http_client::Builder;
use serde_json::{Map, Value, json};
use tokio::sync::Mutex;

use crate::{filters::Filter, server::BoxError};

/// The streams' reader, with its positions.
pub(crate) struct Streams {
    client: Client,
    tables: Vec<StreamedTable>,
    iterators: Mutex<HashMap<Shard, String>>,
}

/// A batch of records, as Lambda passes it to a function.
#[derive(Debug, Clone)]
pub struct StreamBatch {
    /// The table of the stream.
    pub table: String,
    /// The function's event.
    pub event: Value,
}

/// A table whose stream calls a function, and the filter of the records that do.
#[derive(Debug)]
pub(crate) struct StreamedTable {
    pub(crate) name: String,
    pub(crate) filter: Filter,
}

/// A stream, and one of its shards.
type Shard = (String, String);

/// The number of records in a batch.
const RECORDS_AT_ONCE: i32 = 100;

/// The time limit for a read, which is then repeated.
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(5);

impl Streams {
    pub(crate) fn new(endpoint: &str, tables: Vec<StreamedTable>) -> Self {
        let config = aws_sdk_dynamodbstreams::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::from_static("us-east-1"))
            .credentials_provider(Credentials::new("local", "local", None, None, "local"))
            .http_client(Builder::new().build_http())
            .timeout_config(TimeoutConfig::builder().operation_attempt_timeout(ATTEMPT_TIMEOUT).build())
            .endpoint_url(endpoint);
        Self { client: Client::from_conf(config.build()), tables, iterators: Mutex::default() }
    }

    /// All new records in one table's stream.
    pub(crate) async fn read(&self, table: &StreamedTable) -> Result<Vec<StreamBatch>, BoxError> {
        let mut batches = Vec::new();
        let mut iterators = self.iterators.lock().await;
        for shard in self.shards(&table.name).await? {
            // After any failure the iterator is gone, and the stream is read again from its start, which does no harm.
            let iterator = match iterators.remove(&shard) {
                Some(iterator) => iterator,
                None => self.first_iterator(&shard).await?,
            };
            let next = self.read_shard(table, iterator, &mut batches).await?;
            iterators.extend(next.map(|iterator| (shard, iterator)));
        }
        Ok(batches)
    }

    /// The tables that have streams.
    pub(crate) fn tables(&self) -> &[StreamedTable] {
        &self.tables
    }

    /// Makes all streams start again, since a record was not processed.
    pub(crate) async fn rewind(&self) {
        mem::take(&mut *self.iterators.lock().await);
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

    /// Returns the next position, unless the shard has ended.
    async fn read_shard(
        &self,
        table: &StreamedTable,
        mut iterator: String,
        batches: &mut Vec<StreamBatch>,
    ) -> Result<Option<String>, BoxError> {
        loop {
            let records = self.client.get_records().shard_iterator(&iterator).limit(RECORDS_AT_ONCE);
            let answer = records.send().await?;
            let is_empty = answer.records().is_empty();
            if !is_empty {
                let mut records: Vec<_> = answer.records().iter().map(event_record).collect();
                records.retain(|record| table.filter.lets_through(record));
                if !records.is_empty() {
                    batches
                        .push(StreamBatch { table: table.name.clone(), event: json!({"Records": records}) });
                }
            }
            match answer.next_shard_iterator {
                Some(next) if !is_empty => iterator = next,
                next => return Ok(next),
            }
        }
    }
}

/// A record as Lambda passes it on. Keys are texts, and filters look at texts only.
fn event_record(record: &Record) -> Value {
    let change = record.dynamodb();
    let keys = texts(change.and_then(|change| change.keys()));
    let image = texts(change.and_then(|change| change.new_image()));
    json!({
        "eventID": record.event_id(),
        "eventName": record.event_name().map(|name| name.as_str()),
        "eventVersion": "1.1",
        "eventSource": "aws:dynamodb",
        "awsRegion": "us-east-1",
        "dynamodb": {
            "ApproximateCreationDateTime": 0,
            "Keys": keys,
            "NewImage": image,
            "SequenceNumber": change.and_then(|change| change.sequence_number()),
            "SizeBytes": 1,
            "StreamViewType": "NEW_IMAGE",
        },
    })
}

/// The texts among an item's attributes.
fn texts(item: Option<&HashMap<String, AttributeValue>>) -> Map<String, Value> {
    let attributes = item.into_iter().flatten();
    let texts = attributes.filter_map(|(name, value)| Some((name.clone(), json!({"S": value.as_s().ok()?}))));
    texts.collect()
}
