//! Rules for `template.yaml` that the service's own tests do not check, since only AWS runs it.

use std::{collections::BTreeSet, fs, path::PathBuf};

use serde_yaml_ng::{Mapping, Value};

fn read(path: &str) -> String {
    fs::read_to_string(PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..").join(path)).unwrap()
}

/// The resources of a type, by name.
fn resources(kind: &str) -> Vec<(String, Mapping)> {
    let template: Value = serde_yaml_ng::from_str(&read("template.yaml")).unwrap();
    let resources = template["Resources"].as_mapping().unwrap().iter();
    let of_kind = resources.filter(|(_, resource)| resource["Type"] == kind);
    of_kind
        .map(|(name, it)| (name.as_str().unwrap().to_owned(), it["Properties"].as_mapping().unwrap().clone()))
        .collect()
}

/// All that a value refers to with `!Ref` and `!GetAtt`.
fn references(value: &Value) -> BTreeSet<String> {
    match value {
        Value::Tagged(tagged) => match tagged.value.as_str() {
            Some(text) => BTreeSet::from([text.split('.').next().unwrap().to_owned()]),
            None => references(&tagged.value),
        },
        Value::Sequence(items) => items.iter().flat_map(references).collect(),
        Value::Mapping(members) => members.values().flat_map(references).collect(),
        _ => BTreeSet::new(),
    }
}

fn metrics(alarm: &Mapping) -> Vec<&Value> {
    let queries = alarm.get("Metrics").and_then(Value::as_sequence).into_iter().flatten();
    queries.filter_map(|query| query.get("MetricStat")).collect()
}

/// The events that trigger a function.
fn events(function: &Mapping) -> Vec<&Value> {
    function["Events"].as_mapping().unwrap().values().collect()
}

/// The resources whose `metric` is watched by an alarm.
fn watched(metric: &str) -> BTreeSet<String> {
    let alarms = resources("AWS::CloudWatch::Alarm");
    let metrics = alarms.iter().flat_map(|(_, alarm)| metrics(alarm));
    let metrics = metrics.filter(|it| it["Metric"]["MetricName"] == metric);
    metrics.flat_map(|it| references(&it["Metric"]["Dimensions"])).collect()
}

/// CloudWatch refuses such an alarm, and the deployment with it.
#[test]
fn no_alarm_has_more_than_ten_metrics() {
    let alarms = resources("AWS::CloudWatch::Alarm");
    assert!(alarms.len() > 5);
    for (name, alarm) in alarms {
        assert!(metrics(&alarm).len() <= 10, "{name}");
    }
}

#[test]
fn every_function_that_nobody_waits_for_raises_an_alarm_when_it_fails() {
    let functions = resources("AWS::Serverless::Function").into_iter();
    let alone = functions.filter(|(_, it)| events(it).iter().all(|event| event["Type"] != "HttpApi"));
    let alone: BTreeSet<_> = alone.map(|(name, _)| name).collect();
    assert!(alone.len() > 5, "{alone:?}");
    assert_eq!(watched("Errors"), alone);
    let chains = ["SweepDeposits", "WatchDeposits"].map(str::to_owned).into();
    assert_eq!(watched("Throttles"), &alone - &chains);
}

#[test]
fn every_queue_that_no_function_reads_raises_an_alarm_when_something_is_there() {
    let functions = resources("AWS::Serverless::Function");
    let sources = functions.iter().flat_map(|(_, it)| events(it)).filter(|event| event["Type"] == "SQS");
    let read: BTreeSet<_> = sources.flat_map(|event| references(&event["Properties"]["Queue"])).collect();
    let queues: BTreeSet<_> = resources("AWS::SQS::Queue").into_iter().map(|(name, _)| name).collect();
    let alarms = resources("AWS::CloudWatch::Alarm").into_iter();
    let dimensions = alarms.filter_map(|(_, alarm)| alarm.get("Dimensions").map(references));
    let watched: BTreeSet<_> = dimensions.flatten().collect();
    assert!(!read.is_empty());
    assert_eq!((&queues - &read).difference(&watched).next(), None);
}
