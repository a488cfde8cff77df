//! The log line of each request, and the costs of requests in docs/costs.md.

use std::{
    fs,
    path::PathBuf,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use delivery::{Courier, Notification, Worker};
use lambda_http::{Body, Request, Response};
use serde_json::{Value, json};
use shared::{
    edge::{Asked, RequestLog},
    kernel::{EndpointId, Owner},
};
use tests::{
    client::{SHOP, executed, order},
    proxy::{Fault, Proxy},
    receiver::Receiver,
    scenario::Scenario,
};

use crate::feed::Broken;

/// A log of this mode, and its lines.
fn log(mode: &str) -> (RequestLog, Arc<Mutex<Vec<String>>>) {
    let lines = Arc::new(Mutex::new(Vec::new()));
    let written = Arc::clone(&lines);
    let write = move |line: &str| written.lock().unwrap().push(line.to_owned());
    (RequestLog::new(mode, Arc::new(write)).unwrap(), lines)
}

/// A request as API Gateway sends it, with a path parameter.
pub(crate) fn request(
    route: &str,
    path: &str,
    parameter: (&str, &str),
    query: &str,
    body: &Value,
) -> Request {
    let method = route.split(' ').next().unwrap();
    let event = json!({
        "version": "2.0", "routeKey": route, "rawPath": path, "rawQueryString": query,
        "headers": {"authorization": "Bearer ck_hidden", "x-note": "hidden"},
        "pathParameters": {parameter.0: parameter.1},
        "requestContext": {
            "accountId": "1", "apiId": "a", "domainName": "d", "domainPrefix": "d", "requestId": "r",
            "routeKey": route, "stage": "$default",
            "http": {"method": method, "path": path, "protocol": "HTTP/1.1", "sourceIp": "", "userAgent": ""},
        },
        "body": body.to_string(), "isBase64Encoded": false,
    });
    lambda_http::request::from_str(&event.to_string()).unwrap()
}

async fn observed(
    mode: &str,
    request: &Request,
    answer: impl Future<Output = Response<Body>>,
) -> (Value, Vec<String>) {
    let (log, lines) = log(mode);
    let answer = async { Ok::<_, std::convert::Infallible>(answer.await) };
    let Ok(answer) = log.observe(Asked::from(request), answer).await;
    let body = serde_json::from_slice(answer.body()).unwrap();
    (body, std::mem::take(&mut *lines.lock().unwrap()))
}

#[tokio::test]
async fn a_request_leaves_one_line_that_says_what_it_cost_and_nothing_it_said() {
    let proxy = Proxy::start().await;
    let api = Scenario::new().behind(&proxy).start().await;
    let app = &api.server.app;
    let session = api.create_session().await;
    let mut body = order(Some(&session));
    body["metadata"] = json!({"note": "hidden"});
    proxy.take_operations();
    // Retries count: each is a round trip.
    proxy.inject("TransactWriteItems", &Fault::Throttled, 2);
    let asked = request("POST /orders", "/orders", ("", ""), "note=hidden", &body);
    let (answer, lines) = observed("lines", &asked, create_order::handle(app, &asked)).await;
    let line: Value = serde_json::from_str(&lines[0]).unwrap();
    assert_eq!((lines.len(), proxy.take_operations().len()), (1, 3));
    assert!(!lines[0].contains("hidden") && !lines[0].contains('\n'), "{}", lines[0]);
    assert_eq!((&line["route"], &line["status"]), (&json!("POST /orders"), &json!(200)));
    assert_eq!((&line["session_id"], &line["order_id"]), (&json!(session), &answer["data"]["id"]));
    assert_eq!(line["round_trips"], 3);
    assert!(line["capacity_units"].as_f64().unwrap() >= 4.0 && line["latency_ms"].as_f64().unwrap() > 0.0);
    assert!(line.get("_aws").is_none() && line["request_id"].is_string());
}

#[tokio::test]
async fn a_refusal_leaves_a_line_too_and_names_what_was_asked_for() {
    let api = Scenario::new().start().await;
    let session = api.create_session().await;
    api.expire(&session).await.ok();
    let path = format!("/checkout-sessions/{session}/expire");
    let route = "POST /checkout-sessions/{sessionId}/expire";
    let asked = request(route, &path, ("sessionId", &session), "", &json!({}));
    let (_, lines) = observed("lines", &asked, expire_session::handle(&api.server.app, &asked)).await;
    let line: Value = serde_json::from_str(&lines[0]).unwrap();
    assert_eq!(
        (&line["status"], &line["session_id"], &line["order_id"]),
        (&json!(400), &json!(session), &Value::Null)
    );
}

#[tokio::test]
async fn metrics_name_members_that_are_there_and_off_is_off() {
    let api = Scenario::new().start().await;
    let asked = request("POST /checkout-sessions", "/checkout-sessions", ("", ""), "", &json!({}));
    let create = || create_session::handle(&api.server.app, &asked);
    let (_, lines) = observed("metrics", &asked, create()).await;
    let line: Value = serde_json::from_str(&lines[0]).unwrap();
    let directive = &line["_aws"]["CloudWatchMetrics"][0];
    for metric in directive["Metrics"].as_array().unwrap() {
        assert!(line[metric["Name"].as_str().unwrap()].is_number(), "{metric}");
    }
    assert!(line[directive["Dimensions"][0][0].as_str().unwrap()].is_string());
    assert!(line["_aws"]["Timestamp"].as_i64().unwrap() > 1_700_000_000_000);
    assert!(observed("off", &asked, create()).await.1.is_empty());
    assert!(RequestLog::new("on", Arc::new(|_| ())).is_err());
}

/// The measured capacity units of each call in docs/costs.md.
async fn measured() -> Vec<(&'static str, f64)> {
    let api = Scenario::new().start().await;
    let app = &api.server.app;
    let (session, linked) = (api.create_session().await, api.create_session().await);
    let units = async |name: &'static str, work: &mut (dyn Future<Output = ()> + Unpin)| {
        (name, shared::dynamo::metered(work).await.1.capacity_units)
    };
    macro_rules! units {
        ($name:literal, $work:expr) => {
            units(
                $name,
                &mut Box::pin(async {
                    let _ = $work;
                }),
            )
            .await
        };
    }
    let sample = |name: &str| {
        let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(format!("../events/{name}.json"));
        lambda_http::request::from_str(&fs::read_to_string(path).unwrap()).unwrap()
    };
    let with = |route: &str, id: &str, query: &str| {
        let path = format!("/checkout-sessions/{id}");
        request(route, &path, ("sessionId", id), query, &json!({}))
    };
    let create = sample("create-session");
    let mut body = order(Some(&linked));
    body["creatorAddress"] = SHOP.into();
    let link = request("POST /orders", "/orders", ("", ""), "", &body);
    let expire = with("POST /checkout-sessions/{sessionId}/expire", &session, "");
    let get = with("GET /checkout-sessions/{sessionId}", &linked, "");
    let mut rows = vec![
        units!("`POST /checkout-sessions`", create_session::handle(app, &create).await),
        units!("`POST /orders` for a session", create_order::handle(app, &link).await),
        units!("`GET /checkout-sessions/{id}`", get_session::handle(app, &get).await),
        units!("`POST …/expire`", expire_session::handle(app, &expire).await),
    ];
    let id = api.session(&linked).await["order_id"].as_str().unwrap().to_owned();
    for (name, piece) in
        [("deposit that pays", api.deposit("a", 1_000_000)), ("execution", executed("b", api.now()))]
    {
        let mut piece = piece;
        piece["orderId"] = id.clone().into();
        let batch = json!({"Records": [{"messageId": "a", "body": piece.to_string()}]});
        let batch = serde_json::from_value(batch).unwrap();
        rows.push((name, units!("", record_payment::handle(app, batch).await).1));
    }
    let change = json!({"ApproximateCreationDateTime": 0, "Keys": {"id": {"S": linked}}, "SequenceNumber": "1",
                        "SizeBytes": 1, "StreamViewType": "KEYS_ONLY"});
    let batch =
        json!({"Records": [{"eventID": "-", "eventName": "MODIFY", "awsRegion": "-", "dynamodb": change}]});
    let event = publish_events::Batch::parse(batch).unwrap();
    let receiver = Receiver::start().await;
    let endpoint = api.post("/webhook-endpoints", &json!({"url": receiver.url})).await.ok()["id"].clone();
    let published = publish_events::handle(app, &Broken, event);
    rows.push(units!("publishing a sale's 6 events at once", published.await));

    let (owner, queues) = (Owner::default(), api.server.queues.clone());
    let queue =
        delivery::queue_deliveries(app, queues.as_ref(), &owner, Instant::now() + Duration::from_secs(30));
    rows.push(units!("making deliveries of them, for one webhook endpoint", queue.await.unwrap()));
    let endpoint = EndpointId::parse(endpoint.as_str().unwrap()).unwrap();
    let worker = Worker::new(Courier::new(app.clone()).unwrap(), queues.clone());
    let notification = Notification { owner, endpoint, delivery: None };
    let end = Instant::now() + Duration::from_secs(30);
    rows.push(units!("delivering the 6 together", worker.work(&notification, end).await.unwrap()));
    assert_eq!(receiver.accepted().len(), 6);
    let retry = retry_deliveries::handle(app, queues.as_ref());
    rows.push(units!("a look for retries, with one webhook endpoint", retry.await.unwrap()));
    rows
}

#[tokio::test]
async fn what_calls_cost_is_what_the_table_says() {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../docs/costs.md");
    let text = fs::read_to_string(path).unwrap();
    let rows = measured().await.into_iter().map(|(name, units)| format!("| {name} | {units} |"));
    let missing: Vec<_> = rows.filter(|row| !text.contains(row)).collect();
    assert!(missing.is_empty(), "docs/costs.md should have {missing:#?}");
}
