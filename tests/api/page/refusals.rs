//! Requests that the page refuses.

use reqwest::Method;
use shared::edge::MAX_BODY_BYTES;
use tests::browser::Browser;

use super::{base_usdc, session, shop};

const UNKNOWN: &str = "0b2f6d1c-5a3e-8f47-9c1c-0199a3c0d5e8";

#[tokio::test]
async fn an_unknown_checkout_is_a_page_that_says_so() {
    let api = shop().await;
    let browser = Browser::new(&api);
    for id in [UNKNOWN, "nope", "%3Cscript%3E"] {
        let page = browser.open(id).await;
        assert_eq!((page.status.as_u16(), page.header("content-type")), (404, "text/html; charset=utf-8"));
        page.says("There is no such checkout");
        assert!(page.header("content-security-policy").starts_with("default-src 'none'"));
        assert_eq!(browser.choose(id, &base_usdc()).await.status, 404);
    }
    let text = browser.get(UNKNOWN, "?lang=es", &[("accept", "text/plain")]).await;
    assert_eq!(
        (text.status.as_u16(), text.text()),
        (404, "Este pago no existe. Revise el enlace o vuelva a la tienda.\n".to_owned())
    );
}

#[tokio::test]
async fn a_choice_that_is_none_creates_no_order() {
    let api = shop().await;
    let (id, browser) = (session(&api).await, Browser::new(&api));
    for option in [
        "",
        "8453",
        "x:y",
        "8453:0x00000000000000000000000000000000000000aa",
        "10:0x0000000000000000000000000000000000000000",
    ] {
        let page = browser.choose(&id, option).await;
        assert_eq!(page.status, 400, "{option}");
        page.says("Go back and choose one of the options");
    }
    let path = format!("/checkout/{id}");
    let long = format!("option={}&x={}", base_usdc(), "x".repeat(MAX_BODY_BYTES));
    assert_eq!(browser.send(Method::POST, &path, &long, &[]).await.status, 413);
    assert_eq!(browser.send(Method::POST, &path, "{\"option\": 1}", &[]).await.status, 400);
    assert_eq!(api.session(&id).await.order_id(), None);
}

#[tokio::test]
async fn a_form_of_another_site_is_refused() {
    let api = shop().await;
    let (id, browser) = (session(&api).await, Browser::new(&api));
    for headers in [
        &[("sec-fetch-site", "cross-site")][..],
        &[("sec-fetch-site", "same-site"), ("origin", api.server.url.as_str())],
        &[("origin", "https://evil.example")],
        &[("origin", "http://127.0.0.1")],
    ] {
        let page = browser.choose_with(&id, &base_usdc(), headers).await;
        assert_eq!(page.status, 403, "{headers:?}");
        page.says("came from another site");
    }
    assert_eq!(api.session(&id).await.order_id(), None);
    for headers in [&[][..], &[("origin", api.server.url.as_str())], &[("origin", "null")]] {
        let answer = browser.choose_with(&session(&api).await, &base_usdc(), headers).await;
        assert_eq!(answer.status, 303, "{headers:?}");
    }
}
