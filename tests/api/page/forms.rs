//! The forms, languages and headers of answers.

use base64::{Engine as _, prelude::BASE64_STANDARD};
use serde_json::Value;
use tests::browser::Browser;

use super::{base_usdc, chosen, session, shop};

#[tokio::test]
async fn the_headers_allow_the_page_itself_and_nothing_else() {
    let api = shop().await;
    let page = chosen(&api, &session(&api).await).await;
    for (name, value) in [
        ("content-type", "text/html; charset=utf-8"),
        ("cache-control", "no-store"),
        ("content-language", "en"),
        ("referrer-policy", "no-referrer"),
        ("x-content-type-options", "nosniff"),
        ("cross-origin-opener-policy", "same-origin-allow-popups"),
    ] {
        assert_eq!(page.header(name), value);
    }
    let (policy, text) = (page.header("content-security-policy"), page.text());
    for rule in ["default-src 'none'", "frame-ancestors 'none'", "form-action 'self'", "base-uri 'none'"] {
        assert!(policy.split("; ").any(|it| it == rule), "{policy}");
    }
    for (element, directive) in [("style", "style-src"), ("script", "script-src")] {
        let (_, inlined) = text.split_once(&format!("<{element}>")).unwrap();
        let inlined = inlined.split("</").next().unwrap();
        let hash = <sha2::Sha256 as sha2::Digest>::digest(inlined);
        let hash = format!("'sha256-{}'", BASE64_STANDARD.encode(hash));
        let rule = policy.split("; ").find(|rule| rule.starts_with(directive)).unwrap();
        assert!(rule.split(' ').any(|it| it == hash), "{hash} is not in {rule}");
    }
    // One request is all: nothing else is loaded.
    for loading in ["<img", "src=\"http", "@import", "url(", "<link rel=\"stylesheet"] {
        assert!(!text.contains(loading), "{loading}");
    }
}

#[tokio::test]
async fn a_compressed_page_is_the_same_page() {
    let api = shop().await;
    let (id, browser) = (session(&api).await, Browser::new(&api));
    let plain = browser.open(&id).await;
    let packed = browser.get(&id, "", &[("accept-encoding", "gzip, br")]).await;
    assert_eq!(packed.header("content-encoding"), "gzip");
    let deflated = &packed.bytes[10..packed.bytes.len() - 8];
    let unpacked = miniz_oxide::inflate::decompress_to_vec(deflated).unwrap();
    let unpacked = String::from_utf8(unpacked).unwrap();
    let without_time = |text: &str| {
        let (before, after) = text.split_once("\"server_time\":\"").unwrap();
        format!("{before}{}", after.split_once('"').unwrap().1)
    };
    assert_eq!(without_time(&unpacked), without_time(&plain.text()));
    assert!(packed.bytes.len() < 30_000, "{} bytes", packed.bytes.len());
    assert!(!plain.headers.contains_key("content-encoding"));
}

#[tokio::test]
async fn a_terminal_gets_text_and_a_program_gets_json() {
    let api = shop().await;
    let (id, browser) = (session(&api).await, Browser::new(&api));
    let text = browser.get(&id, "", &[("accept", "text/plain")]).await;
    assert_eq!(text.header("content-type"), "text/plain; charset=utf-8");
    assert!(text.text().contains(&format!("-d option={} {}/checkout/{id}", base_usdc(), api.server.url)));
    let address = chosen(&api, &id).await.facts()["address"].clone();
    let text = browser.get(&id, "", &[("accept", "text/plain")]).await.text();
    assert!(
        text.contains(address.as_str().unwrap()) && text.contains("Amount: 1 USDC") && text.contains('█')
    );
    let json = browser.get(&id, "", &[("accept", "application/json")]).await;
    let answer: Value = serde_json::from_slice(&json.bytes).unwrap();
    assert_eq!((&answer["message"], &answer["data"]["address"]), (&"Checkout retrieved".into(), &address));
    // Without a preference, as curl asks, it is the page.
    let page = browser.get(&id, "", &[("accept", "*/*")]).await;
    assert!(page.text().starts_with("<!DOCTYPE html>"));
}

#[tokio::test]
async fn the_url_the_merchant_and_the_browser_choose_the_language_in_this_order() {
    let api = shop().await;
    let browser = Browser::new(&api);
    let id = session(&api).await;
    let german = [("accept-language", "de-AT,en;q=0.5")];
    browser.get(&id, "", &german).await.says("Wie möchten Sie bezahlen?");
    let arabic = browser.get(&id, "?lang=ar", &german).await;
    arabic.says("<html lang=\"ar\" dir=\"rtl\">");
    arabic.says("اختر طريقة الدفع");
    arabic.says(&format!("action=\"./{id}?lang=ar\""));
    let answer = browser
        .send(
            "POST".parse().unwrap(),
            &format!("/checkout/{id}?lang=ar"),
            &format!("option={}", base_usdc()),
            &[],
        )
        .await;
    let page = browser.follow(&answer).await;
    page.says("<html lang=\"ar\" dir=\"rtl\">");
    assert!(page.text().contains("<code dir=\"ltr\">0x"), "an address is read from left to right");

    let body = serde_json::json!({"payment": super::terms(), "display": {"locale": "ja-JP"}});
    let created = api.post("/checkout-sessions", &body).await.ok();
    let japanese = created["id"].as_str().unwrap();
    assert_eq!(browser.get(japanese, "", &german).await.header("content-language"), "ja");
    assert_eq!(browser.get(japanese, "?lang=fr", &german).await.header("content-language"), "fr");
    assert_eq!(browser.get(japanese, "?lang=xx", &german).await.header("content-language"), "ja");
}

#[tokio::test]
async fn a_page_without_a_script_reads_itself_again_while_it_waits() {
    let api = shop().await;
    let (id, browser) = (session(&api).await, Browser::new(&api));
    // A reload would lose the buyer's choice.
    assert!(!browser.open(&id).await.text().contains("http-equiv"));
    chosen(&api, &id).await.says("<noscript><meta http-equiv=\"refresh\" content=\"15\"></noscript>");
}
