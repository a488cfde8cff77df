//! The local server's test panel: each button does what it says, to the session as its merchant sees it.

use serde_json::{Value, json};
use tests::{client::Api, scenario::Scenario};

use crate::terms;

/// Presses a button, as a browser does; returns the status and the page that it then shows.
async fn press(api: &Api, session: &str, action: &str, option: usize) -> (u16, String) {
    let url = format!("{}/test-helpers/sessions/{session}", api.server.url);
    let client = reqwest::Client::builder().tls_certs_only([]).build().unwrap();
    let form = format!("action={action}&option={option}");
    let answer = client.post(url).body(form).send().await.unwrap();
    (answer.status().as_u16(), answer.text().await.unwrap())
}

async fn pressed(api: &Api, session: &str, action: &str) -> Value {
    let (status, page) = press(api, session, action, 0).await;
    assert_eq!(status, 200, "{page}");
    api.get(&format!("/checkout-sessions/{session}?include=order")).await.ok()
}

/// A session with payment terms, and an order for it.
async fn linked(api: &Api) -> String {
    let session = terms::session(api, &terms::terms()).await;
    api.create_order(Some(&session)).await.ok();
    session
}

fn deposits(session: &Value) -> Vec<&str> {
    let deposits = session["order"]["depositTxs"].as_array().unwrap();
    deposits.iter().map(|it| it["amount"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn a_sale_in_the_panel_completes() {
    let api = Scenario::new().start().await;
    let session = linked(&api).await;
    let half = pressed(&api, &session, "pay-half").await;
    // Half of 995,000, of which the tolerance has taken its half percent.
    assert_eq!((&half["status"], deposits(&half)), (&json!("open"), vec!["497500"]));
    let paid = pressed(&api, &session, "pay").await;
    assert_eq!((&paid["status"], deposits(&paid)), (&json!("processing"), vec!["497500", "497500"]));
    let complete = pressed(&api, &session, "finish").await;
    assert_eq!((&complete["status"], &complete["paid"]["amount"]), (&json!("complete"), &json!("995000")));
}

#[tokio::test]
async fn any_option_can_be_paid() {
    let api = Scenario::new().start().await;
    let session = linked(&api).await;
    press(&api, &session, "pay-too-much", 1).await;
    let complete = pressed(&api, &session, "finish").await;
    assert_eq!((&complete["paid"]["chain"], &complete["paid"]["amount"]), (&json!(1), &json!("1094501")));
}

#[tokio::test]
async fn a_payment_that_a_reorganisation_removes_counts_no_more() {
    let api = Scenario::new().start().await;
    let session = linked(&api).await;
    pressed(&api, &session, "pay-half").await;
    let removed = pressed(&api, &session, "reorganise").await;
    assert_eq!(removed["order"]["order"]["acceptedPayments"][0]["received"], "0");
    let (status, page) = press(&api, &session, "reorganise", 0).await;
    assert_eq!(status, 409);
    assert!(page.contains("there is no payment of this panel"), "{page}");
}

#[tokio::test]
async fn another_token_and_late_money_stay_in_sight_and_pay_nothing() {
    let api = Scenario::new().start().await;
    let session = linked(&api).await;
    let other = pressed(&api, &session, "pay-other-token").await;
    assert_eq!((&other["status"], deposits(&other).len()), (&json!("open"), 1));
    let late = pressed(&api, &session, "pay-late").await;
    assert_eq!((&late["status"], deposits(&late).len()), (&json!("expired"), 2));
    assert_eq!(late["order"]["order"]["errorDetails"], "LATE_DEPOSIT");
}

#[tokio::test]
async fn a_session_can_end_in_each_way() {
    let api = Scenario::new().start().await;
    for (action, reason) in [("fail", "payment_failed"), ("expire", "manual"), ("wait-deadline", "ttl")] {
        let session = linked(&api).await;
        let ended = pressed(&api, &session, action).await;
        assert_eq!((&ended["status"], &ended["expired_reason"]), (&json!("expired"), &json!(reason)));
    }
    let session = api.create_session().await;
    assert_eq!(pressed(&api, &session, "wait-10").await["status"], "open");
    let (status, _) = press(&api, &session, "pay", 0).await;
    assert_eq!(status, 409, "there is no order to pay");
    assert_eq!(press(&api, "no-session", "pay", 0).await.0, 404);
}

#[tokio::test]
async fn a_sale_starts_in_the_browser() {
    let api = Scenario::new().start().await;
    let client = reqwest::Client::builder().tls_certs_only([]).build().unwrap();
    let start = format!("{}/test-helpers", api.server.url);
    let button = client.get(&start).send().await.unwrap().text().await.unwrap();
    assert!(button.contains("<form method=\"post\">"), "{button}");
    let panel = client.post(&start).send().await.unwrap();
    let id = panel.url().path().strip_prefix("/test-helpers/sessions/").unwrap().to_owned();
    let page = format!("{}/checkout/{id}", api.server.url);
    assert!(panel.text().await.unwrap().contains(&format!("href=\"{page}\"")));
    let session = api.session(&id).await;
    assert_eq!((&session["status"], &session["url"]), (&json!("open"), &json!(page)));
    assert_eq!(session["payment"]["options"].as_array().unwrap().len(), 3);
}

#[tokio::test]
async fn a_sale_that_cannot_start_says_why() {
    let api = Scenario::new().with_keys().start().await;
    let client = reqwest::Client::builder().tls_certs_only([]).build().unwrap();
    let answer = client.post(format!("{}/test-helpers", api.server.url)).send().await.unwrap();
    assert_eq!(answer.status(), 409);
    assert!(answer.text().await.unwrap().contains("API key"));
}
