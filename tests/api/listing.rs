//! The list of sessions: pages that fit together under any changes, and correct statuses.

mod expired;

use std::collections::BTreeMap;

use futures_util::future::{join, join_all};
use serde_json::{Value, json};
use shared::keys::Scope;
use tests::{
    client::{Api, executed},
    proxy::{Fault, Proxy},
    scenario::Scenario,
};

fn ids(sessions: &[Value]) -> Vec<String> {
    sessions.iter().map(|session| session["id"].as_str().unwrap().to_owned()).collect()
}

async fn page(api: &Api, query: &str) -> Value {
    api.get(&format!("/checkout-sessions?{query}")).await.ok()
}

/// All pages of a list; `meanwhile` runs between two of them.
async fn walk(api: &Api, query: &str, meanwhile: impl AsyncFn()) -> Vec<Value> {
    let (mut sessions, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = page(api, &format!("{query}&cursor={cursor}")).await;
        sessions.extend(page["sessions"].as_array().unwrap().iter().cloned());
        assert_eq!(page["has_more"], page["next_cursor"].is_string());
        match page["next_cursor"].as_str() {
            Some(next) => cursor = next.to_owned(),
            None => return sessions,
        }
        meanwhile().await;
    }
}

async fn list(api: &Api, query: &str) -> Vec<String> {
    ids(&walk(api, query, async || {}).await)
}

/// Creates sessions one after the other; returns them newest first.
async fn make(api: &Api, count: usize, body: &Value) -> Vec<String> {
    let mut made = Vec::new();
    for _ in 0..count {
        made.insert(0, api.post("/checkout-sessions", body).await.ok()["id"].as_str().unwrap().to_owned());
        api.advance_clock(0.001).await;
    }
    made
}

#[tokio::test]
async fn the_newest_come_first_and_look_as_they_do_alone() {
    let api = Scenario::new().start().await;
    assert_eq!(page(&api, "").await, json!({"sessions": [], "has_more": false, "next_cursor": null}));
    let made = make(&api, 7, &json!({"metadata": {"n": 1.0}, "client_reference_id": "a"})).await;
    for limit in [1, 3, 6, 7, 100] {
        assert_eq!(list(&api, &format!("limit={limit}")).await, made, "{limit}");
    }
    let listed = walk(&api, "", async || {}).await;
    assert_eq!(listed[6], *api.session(&made[6]).await);
    assert_eq!(page(&api, "limit=7").await["has_more"], false);
}

#[tokio::test]
async fn nothing_is_skipped_or_doubled_because_others_come_and_change() {
    let api = Scenario::new().start().await;
    let made = make(&api, 9, &json!({})).await;
    let (_, order) = api.create_linked().await;
    let meanwhile = async || {
        api.create_session().await;
        api.tell(&order, &api.deposit("a", 1_000_000)).await.ok();
        api.expire(&made[3]).await;
    };
    let walked = ids(&walk(&api, "limit=2", meanwhile).await);
    assert_eq!(walked[1..], made);
    let open: Vec<_> = made.iter().filter(|id| **id != made[3]).cloned().collect();
    let walked = ids(&walk(&api, "limit=2&status=open", async || drop(api.create_session().await)).await);
    assert_eq!(walked[walked.len() - 8..], open);
}

#[tokio::test]
async fn a_status_is_what_the_session_itself_says() {
    let api = Scenario::new().start().await;
    let short = json!({"expires_in": 300});
    let overdue = make(&api, 3, &short).await;
    let (paid, order) = api.create_linked().await;
    api.tell(&order, &api.deposit("a", 1_000_000)).await.ok();
    let (done, order) = api.create_linked().await;
    api.tell(&order, &api.deposit("b", 1_000_000)).await.ok();
    api.tell(&order, &executed("c", api.now())).await.ok();
    let by_hand = api.create_session().await;
    api.expire(&by_hand).await.ok();
    let open = make(&api, 2, &json!({})).await;
    api.advance_clock(300.0).await;
    // No answer has shown the three as expired; neither list may be wrong about them.
    assert_eq!(list(&api, "status=open&limit=1").await, open);
    assert_eq!(list(&api, "status=processing").await, [paid]);
    assert_eq!(list(&api, "status=complete").await, [done]);
    let last = make(&api, 2, &short).await;
    api.advance_clock(300.0).await;
    let expired = [last, vec![by_hand], overdue].concat();
    assert_eq!(list(&api, "status=expired&limit=2").await, expired);
    let mut counts = BTreeMap::new();
    for session in walk(&api, "", async || {}).await {
        let alone = api.session(session["id"].as_str().unwrap()).await;
        assert_eq!(*alone, session);
        *counts.entry(alone["status"].as_str().unwrap().to_owned()).or_insert(0) += 1;
    }
    let counted = [("complete", 1), ("expired", 6), ("open", 2), ("processing", 1)];
    assert_eq!(counts, counted.map(|(status, count)| (status.to_owned(), count)).into());
}

#[tokio::test]
async fn filters_combine() {
    let api = Scenario::new().start().await;
    let reference = |text: &str| json!({"client_reference_id": text});
    let (a, b) = (make(&api, 3, &reference("a#b")).await, make(&api, 2, &reference("a")).await);
    assert_eq!(list(&api, "client_reference_id=a").await, b);
    assert_eq!(list(&api, "client_reference_id=a%23b&limit=1").await, a);
    assert_eq!(list(&api, "client_reference_id=c").await, Vec::<String>::new());
    api.expire(&a[1]).await.ok();
    assert_eq!(list(&api, "client_reference_id=a%23b&status=expired").await, [a[1].clone()]);
    assert_eq!(
        list(&api, "client_reference_id=a%23b&status=open&limit=1").await,
        [a[0].clone(), a[2].clone()]
    );

    let time = async |id: &String| api.session(id).await["created_at"].as_str().unwrap().to_owned();
    let (oldest, middle, newest) = (time(&a[2]).await, time(&a[0]).await, time(&b[0]).await);
    // Both ends are excluded.
    let between = format!("created_after={oldest}&created_before={newest}");
    assert_eq!(list(&api, &format!("{between}&limit=1")).await, [b[1].clone(), a[0].clone(), a[1].clone()]);
    assert_eq!(list(&api, &format!("created_after={middle}")).await, b);
    assert_eq!(list(&api, &format!("{between}&status=expired")).await, [a[1].clone()]);
    assert_eq!(
        list(&api, &format!("created_after={newest}&created_before={oldest}")).await,
        Vec::<String>::new()
    );
    assert_eq!(list(&api, "created_before=1970-01-01T00:00:00Z").await, Vec::<String>::new());
    assert_eq!(list(&api, "created_after=2200-01-01T00:00:00%2B02:00").await, Vec::<String>::new());
}

#[tokio::test]
async fn what_cannot_be_asked_is_refused_by_name() {
    let api = Scenario::new().start().await;
    make(&api, 2, &json!({})).await;
    let cursor = page(&api, "limit=1").await["next_cursor"].as_str().unwrap().to_owned();
    let other_place: String = cursor.chars().rev().collect();
    for (name, wrong) in [
        ("status", "Open"),
        ("status", "unpaid"),
        ("created_after", "yesterday"),
        ("created_before", "1752505811105"),
        ("created_after", "9999-12-31T23:59:59Z"),
        ("created_after", "1969-12-31T23:59:59Z"),
        ("limit", "0"),
        ("limit", "101"),
        ("cursor", "0"),
        ("cursor", &cursor[1..]),
        ("cursor", &other_place),
        ("cursor", "%00"),
        ("client_reference_id", &"x".repeat(256)),
    ] {
        let answer = api.get(&format!("/checkout-sessions?{name}={wrong}")).await;
        assert_eq!(answer.refused(400, "invalid_field")["param"], name, "{name}={wrong}");
    }
}

#[tokio::test]
async fn each_merchant_lists_their_own() {
    let mut api = Scenario::new().with_keys().start().await;
    let mut made = Vec::new();
    // One name is a prefix of the other.
    for owner in ["shop", "shop-2", "default"] {
        let key = api.make_key(owner, Scope::Write, None).await;
        api.use_key(Some(&key));
        let ids = make(&api, 3, &json!({"client_reference_id": "same"})).await;
        made.push((key, ids));
    }
    for (key, ids) in &made {
        api.use_key(Some(key));
        for query in ["limit=2", "limit=2&status=open", "limit=2&client_reference_id=same"] {
            assert_eq!(list(&api, query).await, *ids, "{query}");
        }
        // Another merchant's cursor is only a time and gives no access.
        let theirs = page(&api, "limit=1").await["next_cursor"].as_str().unwrap().to_owned();
        api.use_key(Some(&made[0].0));
        let seen = list(&api, &format!("cursor={theirs}")).await;
        assert!(seen.iter().all(|id| made[0].1.contains(id)));
    }
    api.use_key(None);
    api.get("/checkout-sessions").await.refused(401, "unauthorized");
}

#[tokio::test]
async fn a_page_costs_what_it_shows() {
    let proxy = Proxy::start().await;
    let api = Scenario::new().behind(&proxy).start().await;
    make(&api, 30, &json!({})).await;
    proxy.take_operations();
    for query in ["limit=5", "limit=5&status=open"] {
        page(&api, query).await;
        assert_eq!(proxy.take_operations(), ["Query", "Query", "Query", "Query", "BatchGetItem"], "{query}");
    }
    page(&api, "limit=100").await;
    assert_eq!(proxy.take_operations(), ["Query", "Query", "Query", "Query", "BatchGetItem"]);
}

#[tokio::test]
async fn the_longest_page_fits_one_answer() {
    let api = Scenario::new().start().await;
    // Quotation marks take twice their length in Lambda's answer, which is limited to 6 MB.
    let url = format!("https://shop.example/{}", "x".repeat(2000));
    let notes = "\"".repeat(8_000);
    let body = json!({"metadata": {"n": notes}, "success_url": url, "cancel_url": url});
    for _ in 0..10 {
        join_all((0..10).map(|_| async { api.post("/checkout-sessions", &body).await.ok() })).await;
    }
    let answer = api.get("/checkout-sessions?limit=100").await;
    assert_eq!(answer.ok()["sessions"].as_array().unwrap().len(), 100);
    assert!(json!(answer.text).to_string().len() < 6_000_000);
}

#[tokio::test]
async fn a_page_that_would_be_too_long_ends_earlier() {
    let api = Scenario::new().start().await;
    let quotes = |bytes: usize| "\"".repeat(bytes / 2);
    let option = |chain: u64| json!({"chain": chain, "token_address": format!("0x{chain:040x}"), "amount": u128::MAX.to_string()});
    let body = json!({
        "metadata": {"n": quotes(16_000)},
        "display": {"description": quotes(4_000)},
        "success_url": format!("https://shop.example/{}", "{SESSION_ID}".repeat(160)),
        "payment": {"recipient_address": format!("0x{:040x}", 7), "options": (1..=20).map(option).collect::<Vec<_>>()},
    });
    let mut made = Vec::new();
    for _ in 0..10 {
        let created =
            (0..10).map(|_| async { api.post("/checkout-sessions", &body).await.ok()["id"].clone() });
        made.extend(join_all(created).await.into_iter().map(|id| id.as_str().unwrap().to_owned()));
    }
    let (mut listed, mut cursor, mut pages) = (Vec::new(), String::new(), 0);
    loop {
        let answer = api.get(&format!("/checkout-sessions?limit=100&cursor={cursor}")).await;
        let page = answer.ok();
        assert!(json!(answer.text).to_string().len() < 6_000_000);
        listed.extend(
            page["sessions"].as_array().unwrap().iter().map(|it| it["id"].as_str().unwrap().to_owned()),
        );
        pages += 1;
        let Some(next) = page["next_cursor"].as_str() else { break };
        cursor = next.to_owned();
    }
    assert!(pages > 1, "all fit into one page");
    made.sort();
    listed.sort();
    assert_eq!(listed, made);
}

#[tokio::test]
async fn an_outage_is_no_short_list() {
    let proxy = Proxy::start().await;
    let api = Scenario::new().behind(&proxy).start().await;
    make(&api, 3, &json!({})).await;
    for operation in ["Query", "BatchGetItem"] {
        // Each of four queries is sent eight times.
        proxy.inject(operation, &Fault::ServerError, 40);
        api.get("/checkout-sessions").await.refused(503, "unavailable");
        proxy.heal();
    }
    let (first, second) = join(page(&api, ""), page(&api, "")).await;
    assert_eq!((first["sessions"].as_array().unwrap().len(), &first), (3, &second));
}
