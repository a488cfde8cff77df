//! Rules of `display`.

use serde_json::{Value, json};
use tests::scenario::Scenario;

const PATH: &str = "/checkout-sessions";

#[tokio::test]
async fn a_display_comes_back_without_unknown_members() {
    let api = Scenario::new().start().await;
    let display = json!({
        "merchant_name": "Télé & Fils", "title": "A television", "description": "55 inches\nblack",
        "image_url": "https://shop.example/tv.png", "price_text": "$19.99",
        "items": [{"name": "Television", "quantity": 2, "price_text": "$9.99"}],
        "support_url": "https://shop.example/help", "support_email": "help+tv@shop.example", "locale": "pt-BR",
        "theme": {"color": "#00aaff", "mode": "dark"},
    });
    let mut sent = display.clone();
    sent["script"] = "alert(1)".into();
    let created = api.post(PATH, &json!({"display": sent})).await.ok();
    assert_eq!(created["display"], display);
    assert_eq!(api.session(created["id"].as_str().unwrap()).await["display"], display);
    let bare = api.post(PATH, &json!({"display": {"items": [{"name": "Pen"}]}})).await.ok();
    assert_eq!(bare["display"], json!({"items": [{"name": "Pen", "quantity": 1}]}));
}

#[tokio::test]
async fn a_display_that_breaks_a_rule_is_refused_with_its_field() {
    let api = Scenario::new().start().await;
    for (display, param) in [
        (json!([]), "display"),
        (json!({"description": "x".repeat(8192)}), "display"),
        (json!({"title": ""}), "display.title"),
        (json!({"title": "a\u{0}b"}), "display.title"),
        (json!({"title": 5}), "display.title"),
        (json!({"image_url": "http://shop.example/tv.png"}), "display.image_url"),
        (json!({"image_url": "javascript:alert(1)"}), "display.image_url"),
        (json!({"image_url": "https:///tv.png"}), "display.image_url"),
        (json!({"support_url": "data:text/html,x"}), "display.support_url"),
        (json!({"support_email": "help"}), "display.support_email"),
        (json!({"support_email": "a@b.example?subject=x"}), "display.support_email"),
        (json!({"support_email": "a b@shop.example"}), "display.support_email"),
        (json!({"items": {}}), "display.items"),
        (json!({"items": [{"quantity": 1}]}), "display.items[0].name"),
        (json!({"items": [{"name": "a"}, {"name": "b", "quantity": 0}]}), "display.items[1].quantity"),
        (json!({"items": [{"name": "a", "quantity": 1.5}]}), "display.items[0].quantity"),
        (json!({"locale": "p"}), "display.locale"),
        (json!({"locale": "en_US"}), "display.locale"),
        (json!({"theme": {"color": "red"}}), "display.theme.color"),
        (json!({"theme": {"mode": "blue"}}), "display.theme.mode"),
    ] {
        let refused = api.post(PATH, &json!({"display": display})).await;
        assert_eq!(refused.refused(400, "invalid_field")["param"], param, "{display}");
    }
    assert_eq!(api.post(PATH, &json!({"display": null})).await.ok()["display"], Value::Null);
}
