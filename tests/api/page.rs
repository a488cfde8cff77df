//! The hosted page, as a browser without a script sees it.

mod evidence;
mod forms;
mod refusals;

use serde_json::{Value, json};
use shared::chains::Chains;
use tests::{
    browser::{Browser, Page},
    client::{Api, SHOP, USDC, executed},
    proxy::Proxy,
    scenario::Scenario,
};

use crate::terms::{ETHEREUM_USDC, terms};

/// A server with two chains that have explorers.
pub(crate) async fn shop() -> Api {
    let chains =
        Chains::parse(r#"{"1": {"rpc": ["http://127.0.0.1:9"]}, "8453": {"rpc": ["http://127.0.0.1:9"]}}"#);
    let leave = |options: &mut local::Options| options.leave_chains = true;
    Scenario::new().watching(chains.unwrap()).with(leave).start().await
}

pub(crate) fn base_usdc() -> String {
    format!("8453:{USDC}")
}

/// A session with payment terms and a display; its id.
pub(crate) async fn session(api: &Api) -> String {
    let display = json!({
        "merchant_name": "Tea & Co", "title": "A pot of tea", "price_text": "$1.00", "support_email": "help@shop.example",
    });
    let body = json!({
        "payment": terms(), "display": display, "metadata": {"secret": "hidden-from-buyers"},
        "client_reference_id": "hidden-reference", "success_url": "https://shop.example/thanks?s={SESSION_ID}",
        "cancel_url": "myshop://cancel",
    });
    let created = api.post("/checkout-sessions", &body).await.ok();
    created["id"].as_str().unwrap().to_owned()
}

/// The id of a session's order.
pub(crate) async fn order_of(api: &Api, session: &str) -> String {
    api.session(session).await.order_id().expect("an order").to_owned()
}

/// Chooses Base, and returns the page with the address.
pub(crate) async fn chosen(api: &Api, session: &str) -> Page {
    let browser = Browser::new(api);
    browser.follow(&browser.choose(session, &base_usdc()).await).await
}

#[tokio::test]
async fn a_buyer_chooses_by_form_pays_the_address_and_gets_a_receipt() {
    let api = shop().await;
    let (id, browser) = (session(&api).await, Browser::new(&api));
    let page = browser.open(&id).await;
    page.says("Choose how to pay");
    page.says("Tea &amp; Co");
    assert_eq!(page.facts()["state"], "choose");
    let answer = browser.choose(&id, &base_usdc()).await;
    assert_eq!(answer.header("location"), format!("./{id}?option={}", base_usdc()));
    let page = browser.follow(&answer).await;
    page.says("Send 1 USDC");
    let order = order_of(&api, &id).await;
    let stored = api.order(&order).await;
    let address = stored["order"]["globalAddress"].as_str().unwrap();
    page.says(&format!("ethereum:{USDC}@8453/transfer?address={address}&amp;uint256=1000000"));
    assert_eq!(
        (&page.facts()["address"], &page.facts()["state"]),
        (&json!(address), &json!("await_payment"))
    );
    assert_eq!(stored["order"]["recipientAddress"], SHOP);

    api.tell(&order, &api.deposit("aa", 1_000_000)).await.ok();
    let page = browser.open(&id).await;
    page.says("Your payment has arrived");
    assert_eq!(page.facts()["success_url"], Value::Null);
    api.tell(&order, &executed("bb", api.now())).await.ok();
    let page = browser.open(&id).await;
    page.says("Tea &amp; Co has received 1 USDC");
    page.says(&format!("href=\"https://shop.example/thanks?s={id}\""));
    page.says("Back to Tea &amp; Co");
    assert_eq!(page.facts()["success_url"], format!("https://shop.example/thanks?s={id}"));
    assert!(!page.text().contains("http-equiv"));
}

#[tokio::test]
async fn looking_creates_no_order_and_another_option_needs_no_second_one() {
    let api = shop().await;
    let (id, browser) = (session(&api).await, Browser::new(&api));
    for query in
        ["", "?option=1:0x0000000000000000000000000000000000000000", &format!("?option={}", base_usdc())]
    {
        browser.get(&id, query, &[]).await.says("Choose how to pay");
    }
    assert_eq!(api.session(&id).await.order_id(), None);
    chosen(&api, &id).await;
    let order = order_of(&api, &id).await;
    let page = browser.get(&id, &format!("?option=1:{ETHEREUM_USDC}"), &[]).await;
    page.says(&format!("ethereum:{ETHEREUM_USDC}@1/transfer"));
    // Choosing again, with the form of another tab, leads to the same order.
    let answer = browser.choose(&id, &format!("1:{ETHEREUM_USDC}")).await;
    browser.follow(&answer).await.says("on Ethereum to the address below");
    assert_eq!(order_of(&api, &id).await, order);
}

#[tokio::test]
async fn simultaneous_choices_converge_on_one_order() {
    let api = shop().await;
    let (id, browser) = (session(&api).await, Browser::new(&api));
    let options = [base_usdc(), format!("1:{ETHEREUM_USDC}")];
    let choices = (0..8).map(|tab: usize| browser.choose(&id, &options[tab % 2]));
    let answers = futures_util::future::join_all(choices).await;
    let mut addresses = Vec::new();
    for answer in answers {
        addresses.push(browser.follow(&answer).await.facts()["address"].to_string());
    }
    addresses.dedup();
    assert_eq!(addresses.len(), 1, "{addresses:?}");
    assert_ne!(addresses[0], "null");
}

#[tokio::test]
async fn a_session_without_payment_terms_has_nothing_to_choose() {
    let api = shop().await;
    let (bare, browser) = (api.create_session().await, Browser::new(&api));
    browser.open(&bare).await.says("The shop continues from here");
    assert_eq!(browser.choose(&bare, &base_usdc()).await.status, 400);
    let (linked, _) = api.create_linked().await;
    browser.open(&linked).await.says("Send 1 USDC");
}

#[tokio::test]
async fn with_keys_a_buyer_needs_none_and_sees_what_everyone_may() {
    let mut api = Scenario::new().with_keys().start().await;
    let key = api.make_key("shop", shared::keys::Scope::Write, None).await;
    api.use_key(Some(&key));
    let id = session(&api).await;
    let browser = Browser::new(&api);
    let page = chosen(&api, &id).await;
    page.says("Send 1 USDC");
    for accept in ["text/html", "text/plain", "application/json"] {
        // A wrong key is not looked at.
        let page = browser.get(&id, "", &[("accept", accept), ("x-api-key", "wrong")]).await;
        assert_eq!(page.status, 200);
        assert!(!page.text().contains("hidden-"), "{}", page.text());
    }
    // The order belongs to the merchant, who may read all of it.
    assert_eq!(api.order(&order_of(&api, &id).await).await["order"]["checkoutSessionId"], id);
}

#[tokio::test]
async fn an_outage_is_a_page_that_says_so() {
    let proxy = Proxy::start().await;
    let api = Scenario::new().behind(&proxy).start().await;
    let (id, browser) = (session(&api).await, Browser::new(&api));
    proxy.inject("GetItem", &tests::proxy::Fault::ServerError, 1000);
    let page = browser.get(&id, "?lang=de", &[]).await;
    assert_eq!((page.status.as_u16(), page.header("retry-after")), (503, "1"));
    page.says("Eine Zahlung, die Sie gemacht haben, ist nicht verloren");
    assert_eq!(browser.choose(&id, &base_usdc()).await.status, 503);
    proxy.heal();
    browser.open(&id).await.says("Choose how to pay");
}
