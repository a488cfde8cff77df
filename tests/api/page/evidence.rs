//! The page's sentences about evidence.

use serde_json::json;
use tests::{
    browser::Browser,
    client::{BUYER, deposit},
};

use super::{chosen, order_of, session, shop};

#[tokio::test]
async fn a_short_payment_asks_for_the_rest_at_the_same_address() {
    let api = shop().await;
    let id = session(&api).await;
    let address = chosen(&api, &id).await.facts()["address"].clone();
    let order = order_of(&api, &id).await;
    api.tell(&order, &api.deposit("aa", 400_000)).await.ok();
    let page = Browser::new(&api).open(&id).await;
    page.says("0.4 USDC of 1 USDC has arrived");
    page.says("0.6 USDC is still due");
    page.says("uint256=600000");
    assert_eq!(
        (&page.facts()["address"], &page.facts()["options"][0]["due_text"]),
        (&address, &json!("0.6"))
    );

    api.advance_clock(1800.0 + 30.0).await;
    let page = Browser::new(&api).open(&id).await;
    page.says("The time to pay is over");
    assert!(!page.text().contains("href=\"ethereum:"));
    // Longer than any chain's detection window.
    api.advance_clock(3600.0).await;
    let page = Browser::new(&api).open(&id).await;
    page.says("The full amount did not arrive in time");
    page.says("href=\"myshop://cancel");
    page.says("help@shop.example");
}

#[tokio::test]
async fn late_other_and_withdrawn_payments_are_named_with_their_transactions() {
    let api = shop().await;
    let id = session(&api).await;
    chosen(&api, &id).await;
    let order = order_of(&api, &id).await;
    let mut other = api.deposit("ab", 5);
    other["token"] = BUYER.into();
    api.tell(&order, &other).await.ok();
    api.tell(&order, &api.deposit("ac", 400_000)).await.ok();
    api.tell(&order, &json!({"id": "w", "kind": "withdrawn", "occurredAt": api.now(), "evidence": "ac"}))
        .await
        .ok();
    let page = Browser::new(&api).open(&id).await;
    page.says(&format!("5 base units of {BUYER} on Base is not one of the accepted tokens"));
    page.says("Base has undone this transaction of 0.4 USDC");
    page.says("0xac");
    page.says("Send 1 USDC");

    api.advance_clock(1800.0 + 3600.0).await;
    api.tell(&order, &deposit("ad", 1_000_000, api.now())).await.ok();
    let page = Browser::new(&api).open(&id).await;
    page.says("This checkout has expired");
    page.says("1 USDC on Base came after the deadline");
    page.says("0xad");
    assert_eq!(page.facts()["address"].as_str().map(str::len), Some(42));
}

#[tokio::test]
async fn too_much_and_a_failure_are_told() {
    let api = shop().await;
    let id = session(&api).await;
    chosen(&api, &id).await;
    let order = order_of(&api, &id).await;
    api.tell(&order, &api.deposit("aa", 1_500_000)).await.ok();
    Browser::new(&api).open(&id).await.says("0.5 USDC more than was due has arrived");
    let failure = json!({"id": "f", "kind": "failure", "occurredAt": api.now(), "detail": "no route"});
    api.tell(&order, &failure).await.ok();
    let page = Browser::new(&api).open(&id).await;
    page.says("could not be carried out");
    assert_eq!(page.facts()["state"], "failed");
}

#[tokio::test]
async fn an_unpaid_session_expires_on_its_page_too() {
    let api = shop().await;
    let (id, browser) = (session(&api).await, Browser::new(&api));
    let ended = session(&api).await;
    api.expire(&ended).await.ok();
    browser.open(&ended).await.says("The shop has ended this checkout");
    api.advance_clock(1800.0).await;
    let page = browser.open(&id).await;
    assert_eq!(page.status, 200);
    page.says("No payment arrived in time");
    // The form of an older tab leads to the same page.
    let answer = browser.choose(&id, &super::base_usdc()).await;
    browser.follow(&answer).await.says("This checkout has expired");
    assert_eq!(api.session(&id).await.order_id(), None);
}
