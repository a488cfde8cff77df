//! The list of expired sessions: complete from the instant of each deadline, at no extra cost for overdue ones.

use futures_util::future::join_all;
use serde_json::{Value, json};
use shared::keys::Scope;
use tests::{
    client::Api,
    proxy::{Fault, Proxy},
    scenario::Scenario,
};

use super::{ids, list, make, page, walk};

#[tokio::test]
async fn a_page_of_what_is_overdue_ends_what_it_shows_and_no_more() {
    let proxy = Proxy::start().await;
    let api = Scenario::new().behind(&proxy).start().await;
    let made = make(&api, 30, &json!({})).await;
    api.advance_clock(1800.0).await;
    proxy.take_operations();
    assert_eq!(ids(page(&api, "status=expired&limit=5").await["sessions"].as_array().unwrap()), made[..5]);
    // One more than is shown reveals that there are more.
    let ends = vec!["TransactWriteItems"; 6];
    assert_eq!(proxy.take_operations(), [vec!["Query"; 8], vec!["BatchGetItem"], ends].concat());
    page(&api, "status=expired&limit=5").await;
    assert_eq!(proxy.take_operations(), [vec!["Query"; 8], vec!["BatchGetItem"]].concat());
    assert_eq!(list(&api, "status=expired&limit=7").await, made);
    assert_eq!(list(&api, "status=open").await, Vec::<String>::new());
}

#[tokio::test]
async fn what_cannot_be_overdue_yet_is_not_read() {
    let proxy = Proxy::start().await;
    let api = Scenario::new().behind(&proxy).start().await;
    make(&api, 3, &json!({})).await;
    // The index is not even read for these.
    proxy.take_items_read();
    page(&api, "status=expired").await;
    assert_eq!(proxy.take_items_read(), 0);
    // These are found there, and their ids suffice.
    api.advance_clock(1000.0).await;
    proxy.take_operations();
    page(&api, "status=expired").await;
    assert_eq!((proxy.take_operations(), proxy.take_items_read()), (vec!["Query".to_owned(); 8], 3));
}

#[tokio::test]
async fn nobody_pays_for_what_is_anothers() {
    let proxy = Proxy::start().await;
    let mut api = Scenario::new().behind(&proxy).with_keys().start().await;
    let mut made = Vec::new();
    for owner in ["ours", "theirs"] {
        let key = api.make_key(owner, Scope::Write, None).await;
        api.use_key(Some(&key));
        made = make(&api, 10, &json!({})).await;
    }
    api.advance_clock(1800.0).await;
    proxy.take_items_read();
    assert_eq!(list(&api, "status=expired&limit=100").await, made);
    assert_eq!(proxy.take_items_read(), 10);
    // Those of the others wait for their merchant, or for the schedule.
    let ended = proxy.take_operations().iter().filter(|it| *it == "TransactWriteItems").count();
    assert_eq!(ended, 10);
}

#[tokio::test]
async fn an_order_puts_off_the_end_of_its_session() {
    let api = Scenario::new().start().await;
    let alone = api.create_session().await;
    let (linked, _) = api.create_linked().await;
    // The deadline has passed, and the detection window has not.
    api.advance_clock(1830.0).await;
    assert_eq!(list(&api, "status=expired").await, [alone.as_str()]);
    assert_eq!(list(&api, "status=open").await, [linked.as_str()]);
    api.advance_clock(30.0).await;
    assert_eq!(list(&api, "status=expired&limit=1").await, [linked, alone]);
}

#[tokio::test]
async fn sessions_that_wait_for_evidence_make_pages_short_and_not_dear() {
    let proxy = Proxy::start().await;
    let api = Scenario::new().behind(&proxy).start().await;
    let expired = api.create_session().await;
    // With the parts of the lists, more than are examined for one page.
    for _ in 0..20 {
        join_all((0..30).map(|_| api.create_linked())).await;
    }
    // The deadlines have passed, and the detection window has not.
    api.advance_clock(1830.0).await;
    proxy.take_operations();
    let first = page(&api, "status=expired&limit=1").await;
    assert_eq!((&first["sessions"], &first["has_more"]), (&json!([]), &json!(true)));
    assert_eq!(proxy.take_operations(), [vec!["Query"; 8], vec!["BatchGetItem"]].concat());
    assert_eq!(list(&api, "status=expired&limit=100").await, [expired]);
}

/// Sessions with longer and shorter lifetimes, every third one expired by hand; newest first.
async fn make_some_of_each(api: &Api) -> Vec<String> {
    let mut made = Vec::new();
    for n in 0..18 {
        let seconds = [300, 1800, 86_400][n % 3];
        made.insert(0, make(api, 1, &json!({"expires_in": seconds})).await.remove(0));
        if n % 4 == 0 {
            api.expire(&made[0]).await.ok();
        }
    }
    made
}

async fn expired_of(api: &Api, made: &[String]) -> Vec<String> {
    let seen = join_all(made.iter().map(|id| api.session(id))).await;
    let expired = seen.into_iter().filter(|session| session.status() == "expired");
    ids(&expired.map(|session| session.0).collect::<Vec<_>>())
}

#[tokio::test]
async fn every_page_length_shows_the_same_however_much_is_overdue() {
    for limit in [1, 2, 3, 5, 17, 100] {
        let api = Scenario::new().start().await;
        let made = make_some_of_each(&api).await;
        for passed in [0.0, 300.0, 1500.0, 86_400.0] {
            api.advance_clock(passed).await;
            let seen = list(&api, &format!("status=expired&limit={limit}")).await;
            assert_eq!(seen, expired_of(&api, &made).await, "{limit} {passed}");
        }
    }
}

#[tokio::test]
async fn sessions_that_end_while_the_list_is_read_make_no_page_skip_or_repeat_another() {
    let api = Scenario::new().start().await;
    let made = make_some_of_each(&api).await;
    api.advance_clock(1800.0).await;
    let sweep = async || {
        api.create_session().await;
        api.server.catch_up().await.unwrap();
    };
    let walked = ids(&walk(&api, "status=expired&limit=2", sweep).await);
    assert_eq!(walked, expired_of(&api, &made).await);
}

/// As if more sessions were open than are read at once.
fn cut_after_the_second(answer: &mut Value) {
    let last = answer["Items"][1].clone();
    answer["Items"].as_array_mut().unwrap().truncate(2);
    answer["Count"] = 2.into();
    answer["LastEvaluatedKey"] = last;
}

#[tokio::test]
async fn however_little_is_looked_through_at_once_nothing_is_left_out() {
    let proxy = Proxy::start().await;
    let api = Scenario::new().behind(&proxy).start().await;
    let made = make_some_of_each(&api).await;
    api.advance_clock(1800.0).await;
    // The list of open ones, and then both.
    for faults in [1, 2] {
        proxy.inject("Query", &Fault::Rewritten(cut_after_the_second), faults);
        assert_eq!(list(&api, "status=expired&limit=100").await, expired_of(&api, &made).await);
    }
}
