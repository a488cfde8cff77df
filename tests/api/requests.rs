//! Requests that DynamoDB would refuse are refused here too, so that tests find them before a deployment does.

mod faults;

use local::Engine;
use serde_json::{Value, json};
use shared::edge::Clock;
use tests::dynamodb::DynamoDb;

use faults::{TABLE, planted, sound, with};

/// A table like the service's: a key of two parts, and an index with keys of its own.
async fn engine() -> (Engine, DynamoDb) {
    let engine = Engine::start(None, Clock::default()).await.unwrap();
    let database = DynamoDb::at(&engine.endpoint);
    let (status, answer) = database.call("CreateTable", &tests::dynamodb::table(TABLE)).await;
    assert_eq!(status, 200, "{answer}");
    (engine, database)
}

/// Returns true if DynamoDB found a fault in the request itself.
fn is_invalid(status: u16, answer: &Value) -> bool {
    let kind = answer["__type"].as_str().unwrap_or_default();
    let kind = kind.rsplit('#').next().unwrap_or_default();
    let mut reasons = answer["CancellationReasons"].as_array().into_iter().flatten();
    let of_request = ["ValidationException", "IdempotentParameterMismatchException"].contains(&kind);
    status == 400 && (of_request || reasons.any(|reason| reason["Code"] == "ValidationError"))
}

#[tokio::test]
async fn every_planted_fault_is_refused() {
    let (_engine, database) = engine().await;
    let token = json!({"ClientRequestToken": "token", "TransactItems": [
        {"Put": {"TableName": TABLE, "Item": {"pk": {"S": "token"}, "sk": {"S": "s"}}}}]});
    assert_eq!(database.call("TransactWriteItems", &token).await.0, 200);
    let mut taken = Vec::new();
    for fault in planted() {
        let (status, answer) = database.call(fault.operation, &fault.request).await;
        if !is_invalid(status, &answer) {
            taken.push(format!("{} in {}: {status} {answer}", fault.rule, fault.operation));
        }
    }
    assert!(taken.is_empty(), "{}", taken.join("\n"));
    // None of them has stored anything.
    let (_, left) = database.call("Scan", &json!({"TableName": TABLE})).await;
    assert_eq!(left["Items"], json!([{"pk": {"S": "token"}, "sk": {"S": "s"}}]));
}

#[tokio::test]
async fn sound_requests_beside_them_are_taken() {
    let (_engine, database) = engine().await;
    let update = |expression: &str, more: Value| {
        with(&with(&sound("update"), &json!({"UpdateExpression": expression})), &more)
    };
    let status = json!({"ExpressionAttributeNames": {"#s": "status"}});
    let longest = json!({"ConditionExpression": "attribute_not_exists(zz)",
                         "ExpressionAttributeValues": {":x": {"S": "g".repeat(2048)}, ":n": {"N": "1"}}});
    for change in [
        update("SET x = :x", json!({})),
        update("set #s = :x", status),
        update("SET x = if_not_exists(pk, :x) REMOVE y, z", json!({})),
        update("SET y = sk, z = :x", json!({})),
        update("SET gk = :x, gn = if_not_exists(gn, :n) + :n", longest),
    ] {
        let (status, answer) = database.call("UpdateItem", &change).await;
        assert_eq!(status, 200, "{change}: {answer}");
        let transaction = json!({"TransactItems": [{"Update": change}]});
        let (status, answer) = database.call("TransactWriteItems", &transaction).await;
        assert_eq!(status, 200, "{change}: {answer}");
    }
    let empty = json!({"FilterExpression": "x <> :e",
                       "ExpressionAttributeValues": {":p": {"S": "a"}, ":e": {"S": ""}}});
    let (status, answer) = database.call("Query", &with(&sound("query"), &empty)).await;
    assert_eq!((status, &answer["Count"]), (200, &json!(1)), "{answer}");
}
