//! A client for requests that the SDK would not send.

use serde_json::{Value, json};

use crate::client::http_client;

/// The environment variable that names another DynamoDB to run against; without it the embedded one is used.
pub const ENDPOINT_VARIABLE: &str = "AWS_ENDPOINT_URL_DYNAMODB";

/// A DynamoDB.
pub struct DynamoDb {
    url: String,
    http: reqwest::Client,
}

impl DynamoDb {
    pub fn at(url: &str) -> Self {
        Self { url: url.to_owned(), http: http_client(|builder| builder) }
    }

    /// Sends a request as it is; returns the answer's status and body.
    pub async fn call(&self, operation: &str, body: &Value) -> (u16, Value) {
        let request = self.http.post(&self.url).body(body.to_string());
        let request = request.header("x-amz-target", format!("DynamoDB_20120810.{operation}"));
        let request = request.header("content-type", "application/x-amz-json-1.0").header(
            "authorization",
            "AWS4-HMAC-SHA256 Credential=local/20250101/us-east-1/dynamodb/aws4_request, \
             SignedHeaders=host, Signature=0",
        );
        let answer = request.header("x-amz-date", "20250101T000000Z").send().await.unwrap();
        let (status, text) = (answer.status().as_u16(), answer.text().await.unwrap());
        (status, serde_json::from_str(&text).unwrap_or(Value::String(text)))
    }
}

/// The request for a table with a sort key and an index, as the service's tables have them.
pub fn table(name: &str) -> Value {
    let key = |name: &str, kind: &str| json!({"AttributeName": name, "KeyType": kind});
    let attribute = |name: &str, kind: &str| json!({"AttributeName": name, "AttributeType": kind});
    let attributes = [("pk", "S"), ("sk", "S"), ("gk", "S"), ("gn", "N")];
    json!({
        "TableName": name,
        "BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions": attributes.map(|(name, kind)| attribute(name, kind)),
        "KeySchema": [key("pk", "HASH"), key("sk", "RANGE")],
        "GlobalSecondaryIndexes": [{
            "IndexName": "index",
            "KeySchema": [key("gk", "HASH"), key("gn", "RANGE")],
            "Projection": {"ProjectionType": "ALL"},
        }],
    })
}
