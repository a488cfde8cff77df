//! Redirect URLs: kept as given, resolved where the session is read.

use serde_json::json;

use super::chapter;
use crate::smoke::{
    Check,
    failure::Outcome,
    shop::{SESSIONS, Shop},
};

pub(super) fn checks() -> Vec<Check> {
    chapter!("redirects",
        "placeholders are replaced on reading, in every form" => placeholders,
        "without a placeholder sessionId is added, before the fragment" => additions,
        "schemes that a browser runs are refused" => schemes,
        "what is no absolute URI is refused" => malformed,
    )
}

/// `<id>` stands for the session's id.
async fn resolve(shop: &Shop, cases: &[(&str, &str)]) -> Outcome {
    for (given, resolved) in cases {
        let (id, created) = shop.create(json!({"success_url": given, "cancel_url": given})).await?;
        let read = shop.read_session(&id).await?;
        for field in ["/data/success_url", "/data/cancel_url"] {
            created.same(field, *given)?;
            read.same(field, resolved.replace("<id>", &id))?;
        }
    }
    Ok(())
}

async fn placeholders(shop: &Shop) -> Outcome {
    let cases = [
        ("https://shop.example/{SESSION_ID}", "https://shop.example/<id>"),
        (
            "https://shop.example/{ORDER_ID}/x?y={SESSION_ID}#{ORDER_ID}",
            "https://shop.example/<id>/x?y=<id>#<id>",
        ),
        ("https://shop.example/?sessionId={SESSION_ID}", "https://shop.example/?sessionId=<id>"),
        ("https://shop.example/%7BSESSION_ID%7D", "https://shop.example/<id>"),
        ("https://shop.example/%7bORDER_ID%7d?x=%7BSESSION_ID%7d", "https://shop.example/<id>?x=<id>"),
        ("myshop:{SESSION_ID}", "myshop:<id>"),
    ];
    resolve(shop, &cases).await
}

async fn additions(shop: &Shop) -> Outcome {
    let cases = [
        ("https://shop.example", "https://shop.example?sessionId=<id>"),
        ("https://shop.example/p?a=%C3%A4+%2f", "https://shop.example/p?a=%C3%A4+%2f&sessionId=<id>"),
        ("https://shop.example/#/route?x=1", "https://shop.example/?sessionId=<id>#/route?x=1"),
        ("https://shop.example/?sessionId=x&b=2", "https://shop.example/?sessionId=<id>&b=2"),
        ("myshop://paid", "myshop://paid?sessionId=<id>"),
    ];
    resolve(shop, &cases).await
}

async fn refuse(shop: &Shop, urls: &[&str]) -> Outcome {
    for url in urls {
        for field in ["success_url", "cancel_url"] {
            shop.post(SESSIONS, json!({field: url})).await?.refused_field(field)?;
        }
    }
    Ok(())
}

async fn schemes(shop: &Shop) -> Outcome {
    let urls = [
        "javascript:alert(1)",
        "JavaScript://shop.example/%0aalert(1)",
        "data:text/html,x",
        "vbscript:x",
        "blob:https://shop.example/x",
        "file:///etc/passwd",
        "about:blank",
    ];
    refuse(shop, &urls).await
}

async fn malformed(shop: &Shop) -> Outcome {
    let urls = [
        "",
        "shop.example",
        "/done",
        "//shop.example/done",
        "https://",
        "https://shop.example/a b",
        "https://shop.example/%zz",
        "https://shop.example/{ID}",
        "https://{SESSION_ID}.shop.example/",
        "{SESSION_ID}://shop.example/",
    ];
    refuse(shop, &urls).await?;
    let long = format!("https://shop.example/{}", "a".repeat(2028));
    refuse(shop, &[&long]).await
}
