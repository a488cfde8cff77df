//! A server with a planted fault: each one is found, by the checks that are for it.

use std::{collections::HashSet, time::Duration};

use admin::smoke::{self, Check, Report, Settings, Shop};
use futures_util::{StreamExt as _, stream};
use local::Server;
use shared::keys::Scope;

use crate::{
    faults::{Fault, faults},
    liar::{Ask, Knowledge, Liar, Lie, Reply},
    server::{key, settings, start},
};

/// A server and a key for it, where it requires one.
struct Honest {
    server: Server,
    key: Option<String>,
}

impl Honest {
    async fn start(api_keys: bool) -> Self {
        let server = start(api_keys, false).await;
        let key = if api_keys { Some(key(&server, Scope::Write).await) } else { None };
        Self { server, key }
    }

    /// The report on this server behind a lie.
    async fn checked(&self, lie: Lie, checks: &[Check], patience: Duration) -> Report {
        let liar = Liar::start(&self.server.url, self.key.clone(), lie).await;
        let settings = Settings { patience, ..settings(&liar.url, self.key.clone()) };
        let shop = Shop::open(settings).await.unwrap();
        smoke::run_some(&shop, checks, |_| ()).await
    }

    /// The checks that do not find a fault as they should.
    async fn problems(&self, fault: &Fault) -> Vec<String> {
        let report = self.checked(fault.lie, &checks_for(fault), Duration::from_secs(2)).await;
        let text = serde_json::to_string(&report).unwrap();
        let mut problems = Vec::new();
        if self.key.as_ref().is_some_and(|key| text.contains(key)) {
            problems.push(format!("{}: the report shows the API key", fault.name));
        }
        for (name, expected) in fault.found_by {
            let failure = report.failures().find(|(checked, _)| checked.name == *name);
            match failure.map(|(_, failure)| failure) {
                None => problems.push(format!("{}: not found by {name:?}", fault.name)),
                Some(failure) if failure.expected.contains(expected) && failure.request.contains("curl ") => {
                }
                Some(failure) => problems.push(format!("{}: {name:?} found {failure:#?}", fault.name)),
            }
        }
        problems
    }
}

/// The checks that are to find a fault. Those that only look back need others to look back on.
fn checks_for(fault: &Fault) -> Vec<Check> {
    let mut checks = smoke::checks();
    checks.retain(|check| fault.found_by.iter().any(|(name, _)| *name == check.name));
    if checks.is_empty() {
        checks = smoke::checks();
        checks.retain(|check| ["expiry", "errors"].contains(&check.chapter));
    }
    checks
}

/// A feed shows what all checks of its merchant cause, so a fault of the feed has a server to itself.
async fn problems(honest: &Honest, faults: Vec<&Fault>) -> Vec<String> {
    let of_feed = |fault: &&Fault| fault.found_by.iter().any(|(name, _)| name.starts_with("the feed"));
    let (alone, together): (Vec<_>, Vec<_>) = faults.into_iter().partition(of_feed);
    let together = stream::iter(together).map(|fault| honest.problems(fault));
    let mut found = together.buffered(4).concat().await;
    for fault in alone {
        found.extend(Honest::start(false).await.problems(fault).await);
    }
    found
}

#[tokio::test(flavor = "multi_thread")]
async fn every_planted_fault_is_found() {
    let (with_keys, without): (Vec<_>, Vec<_>) = faults().partition(|fault| fault.needs_keys);
    let mut missed = problems(&Honest::start(false).await, without).await;
    missed.extend(problems(&Honest::start(true).await, with_keys).await);
    assert!(missed.is_empty(), "{}", missed.join("\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_proxy_that_tells_the_truth_has_no_faults() {
    let honest = Honest::start(true).await;
    let report = honest.checked(Lie::None, &smoke::checks(), Duration::from_secs(20)).await;
    assert_eq!(report.failures().count(), 0, "{report}");
}

fn too_many(known: &Knowledge, ask: &Ask, reply: &mut Reply) {
    if ask.method != "OPTIONS" && known.count(&ask.path) == 1 {
        reply.status = 429;
        reply.text = r#"{"message":"Too Many Requests"}"#.to_owned();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_api_gateway_turns_away_is_sent_again() {
    let mut checks = smoke::checks();
    checks.retain(|check| check.chapter == "errors");
    let honest = Honest::start(false).await;
    let report = honest.checked(Lie::Out(too_many), &checks, Duration::from_secs(2)).await;
    assert_eq!(report.failures().count(), 0, "{report}");
}

/// A check that no planted fault fails may be one that cannot fail.
#[test]
fn every_check_finds_a_planted_fault() {
    let found: HashSet<_> = faults().flat_map(|fault| fault.found_by).map(|(name, _)| *name).collect();
    let checks = smoke::checks();
    let idle: Vec<_> = checks.iter().map(|check| check.name).filter(|name| !found.contains(name)).collect();
    // These two are never made.
    let skipped = ["a session whose time is over is expired", "a paid session is processing, then complete"];
    assert_eq!(idle, skipped);
    assert_eq!(found.len(), smoke::count() - skipped.len());
}
