//! Rules for `template.yaml` that the service's own tests do not check, since only AWS runs it.

use std::{collections::BTreeSet, fs, path::PathBuf};

use serde_yaml_ng::{Mapping, Value};

fn read(path: &str) -> String {
    fs::read_to_string(PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..").join(path)).unwrap()
}

fn template() -> Value {
    serde_yaml_ng::from_str(&read("template.yaml")).unwrap()
}

/// The default of a parameter, as text.
pub(crate) fn parameter_default(name: &str) -> String {
    match &template()["Parameters"][name]["Default"] {
        Value::String(text) => text.clone(),
        number => number.as_f64().unwrap().to_string(),
    }
}

/// The number of executions that the parameter `AccountConcurrency` names.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Load(pub(crate) usize);

impl Load {
    pub(crate) const SMALLEST: Self = Self(10);
    pub(crate) const ALL: [Self; 3] = [Self::SMALLEST, Self(100), Self(1000)];

    /// The number of a value: written out, a parameter's default, or the one in the mapping for this load.
    fn number(self, value: &Value) -> Option<f64> {
        let Value::Tagged(tagged) = value else { return value.as_f64() };
        match &tagged.value {
            Value::String(parameter) => parameter_default(parameter).parse().ok(),
            found if tagged.tag == "FindInMap" => {
                let column = found[2].as_str().unwrap();
                template()["Mappings"][found[0].as_str().unwrap()][self.0.to_string()][column].as_f64()
            }
            other => panic!("{other:?} is no number"),
        }
    }
}

/// The most executions that a queue starts of a function; `None` if there is no such limit.
pub(crate) fn concurrency(function: &str, event: &str, load: Load) -> Option<usize> {
    let functions = resources("AWS::Serverless::Function");
    let (_, function) = functions.iter().find(|(name, _)| name == function).unwrap();
    let value = function["Events"][event]["Properties"].get("ScalingConfig")?.get("MaximumConcurrency")?;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "these are small whole numbers"
    )]
    load.number(value).map(|number| number as usize)
}

/// The rate and the burst of a route's own throttle; `None` if it has none.
pub(crate) fn throttle(route: &str, load: Load) -> Option<[f64; 2]> {
    let (_, api) = resources("AWS::Serverless::HttpApi").remove(0);
    let throttle = api.get("RouteSettings")?.get(route)?;
    Some(["ThrottlingRateLimit", "ThrottlingBurstLimit"].map(|name| load.number(&throttle[name]).unwrap()))
}

/// The number of requests that a throttle lets through within some seconds: all that are waiting at the same moment,
/// if each waits as long.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "these are small positive numbers"
)]
pub(crate) fn at_once([rate, burst]: [f64; 2], seconds: f64) -> usize {
    (burst + rate * seconds) as usize
}

/// The resources of a type, by name.
fn resources(kind: &str) -> Vec<(String, Mapping)> {
    let template = template();
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

#[test]
fn every_queue_and_stream_starts_a_bounded_number_of_executions() {
    let (mut queues, mut streams) = (0, 0);
    for (name, function) in resources("AWS::Serverless::Function") {
        for (event, it) in function["Events"].as_mapping().unwrap() {
            match it["Type"].as_str().unwrap() {
                "SQS" => {
                    queues += 1;
                    for load in Load::ALL {
                        let most = concurrency(&name, event.as_str().unwrap(), load);
                        // SQS refuses less than two.
                        assert!(most.is_some_and(|most| (2..=load.0 / 5).contains(&most)), "{name} {most:?}");
                    }
                }
                "DynamoDB" => {
                    streams += 1;
                    // For each shard; event sources of streams have no other limit.
                    assert_eq!(it["Properties"]["ParallelizationFactor"], 1, "{name}");
                }
                _ => {}
            }
        }
    }
    assert_eq!((queues, streams), (3, 3));
}

/// The executions that endpoints which hang can hold leave the rest to the checkout.
#[test]
fn endpoints_that_hang_hold_half_of_an_account_at_most() {
    let functions = resources("AWS::Serverless::Function");
    for load in Load::ALL {
        // Those that may wait for a merchant's server have the time for it.
        let waiting = functions.iter().filter(|(_, it)| it.get("Timeout").is_some_and(|time| *time == 28));
        let routes = waiting.map(|(name, it)| {
            let route = &it["Events"]["Route"]["Properties"];
            let route = format!("{} {}", route["Method"].as_str().unwrap(), route["Path"].as_str().unwrap());
            at_once(throttle(&route, load).expect(name), 15.0)
        });
        let routes: Vec<_> = routes.collect();
        let held = routes.iter().sum::<usize>() + concurrency("DeliverWebhooks", "Due", load).unwrap();
        assert_eq!(routes.len(), 2);
        assert!(held <= load.0 / 2, "{held} of {}", load.0);
    }
}

#[test]
fn a_reservation_is_as_much_as_the_queue_of_payments_may_start() {
    let reserved = &template()["Parameters"]["ReservedConcurrency"]["AllowedValues"];
    let reserved: Vec<_> = reserved.as_sequence().unwrap().iter().filter_map(Value::as_u64).collect();
    assert_eq!(reserved[0], 0);
    for (load, least) in
        Load::ALL.into_iter().flat_map(|load| reserved[1..].iter().map(move |it| (load, *it)))
    {
        let payments = concurrency("RecordPayment", "Evidence", load).unwrap();
        assert!(payments as u64 <= least, "{payments} payments at once, and {least} reserved");
    }
    for (name, function) in resources("AWS::Serverless::Function") {
        let on_the_money_path = ["RecordPayment", "PublishEvents", "WatchDeposits", "SweepDeposits"];
        let reserves = function.contains_key("ReservedConcurrentExecutions");
        assert_eq!(reserves, on_the_money_path.contains(&name.as_str()), "{name}");
    }
}
