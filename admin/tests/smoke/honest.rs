//! The honest server, with and without API keys.

use admin::smoke::{self, Report, Verdict};
use serde_json::Value;
use shared::keys::Scope;

use crate::server::{key, shop, start};

/// Fails with the whole report if anything in it has.
#[track_caller]
fn holds(report: &Report) {
    assert_eq!(report.failures().count(), 0, "{report}");
}

/// The chapters and names of the checks that were not made.
fn skipped(report: &Report) -> Vec<&'static str> {
    let skipped = report.checks.iter().filter(|checked| matches!(checked.verdict, Verdict::Skipped { .. }));
    skipped.map(|checked| checked.chapter).collect()
}

/// The numbers of open sessions and of endpoints.
async fn left(url: &str, key: Option<&str>) -> (usize, usize) {
    let http = reqwest::Client::new();
    let count = async |path: &str, pointer: &str| {
        let request = http.get(format!("{url}{path}"));
        let request = if let Some(key) = key { request.bearer_auth(key) } else { request };
        let answer: Value = request.send().await.unwrap().json().await.unwrap();
        answer.pointer(pointer).unwrap().as_array().unwrap().len()
    };
    let open = count("/checkout-sessions?status=open&limit=100", "/data/sessions").await;
    (open, count("/webhook-endpoints", "/data").await)
}

#[tokio::test(flavor = "multi_thread")]
async fn without_keys_all_holds_and_nothing_is_left() {
    let server = start(false, false).await;
    let report = smoke::run(&shop(&server.url, None).await, |_| ()).await;
    holds(&report);
    assert!(skipped(&report).iter().all(|chapter| ["expiry", "access"].contains(chapter)), "{report}");
    assert_eq!(left(&server.url, None).await, (0, 0));
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn with_keys_all_holds_and_nothing_is_left() {
    let server = start(true, false).await;
    let key = key(&server, Scope::Write).await;
    let report = smoke::run(&shop(&server.url, Some(key.clone())).await, |_| ()).await;
    holds(&report);
    assert!(skipped(&report).iter().all(|chapter| *chapter == "expiry"), "{report}");
    assert_eq!(left(&server.url, Some(&key)).await, (0, 0));
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_deployment_without_keys_leaves_out_is_skipped_and_not_held() {
    let server = start(false, true).await;
    let report = smoke::run(&shop(&server.url, None).await, |_| ()).await;
    holds(&report);
    let skipped = skipped(&report);
    for (chapter, count) in [("events", 2), ("webhooks", 4), ("lists", 3)] {
        assert_eq!(skipped.iter().filter(|it| **it == chapter).count(), count, "{chapter}: {report}");
    }
    server.stop().await;
}
