//! CORS: browsers may call the API, and read what it answers.

use reqwest::Method;

use super::chapter;
use crate::smoke::{
    Check,
    answer::Answer,
    failure::Outcome,
    request::{Body, Key, Request},
    shop::{ORDERS, SESSIONS, Shop, unknown_id},
};

pub(super) fn checks() -> Vec<Check> {
    chapter!("CORS",
        "a preflight allows every method and header that the API takes" => preflight,
        "a browser may read a success" => successes,
        "a browser may read a refusal" => refusals,
    )
}

/// Goes on if the header lists this name.
fn lists(answer: &Answer, header: &str, name: &str) -> Outcome {
    let value = answer.header(header).to_lowercase();
    let listed = value.split(',').any(|item| item.trim() == name.to_lowercase() || item.trim() == "*");
    answer.expect(listed, format!("a header {header} with {name}, not {value:?}"))
}

fn allows_origin(shop: &Shop, answer: &Answer) -> Outcome {
    let (header, origin) = (answer.header("access-control-allow-origin"), &shop.settings.origin);
    let expected = format!("a header Access-Control-Allow-Origin that is * or {origin}, not {header:?}");
    answer.expect(header == "*" || header == origin, expected)
}

async fn preflight(shop: &Shop) -> Outcome {
    let session = format!("{SESSIONS}/{}", unknown_id());
    let expire = format!("{session}/expire");
    let order = format!("{ORDERS}/{}", unknown_id());
    for (method, path) in [
        ("POST", SESSIONS),
        ("GET", SESSIONS),
        ("GET", &session),
        ("POST", &expire),
        ("POST", ORDERS),
        ("GET", ORDERS),
        ("GET", &order),
        ("PATCH", "/webhook-endpoints/x"),
        ("DELETE", "/webhook-endpoints/x"),
    ] {
        let request = Request::new(Method::OPTIONS, path)
            .key(Key::None)
            .header("origin", &shop.settings.origin)
            .header("access-control-request-method", method)
            .header("access-control-request-headers", "content-type,authorization,x-api-key,idempotency-key");
        let answer = shop.send(request).await?;
        answer.expect((200..300).contains(&answer.status), "HTTP 2xx for a preflight")?;
        allows_origin(shop, &answer)?;
        lists(&answer, "access-control-allow-methods", method)?;
        for name in ["content-type", "authorization", "x-api-key", "idempotency-key"] {
            lists(&answer, "access-control-allow-headers", name)?;
        }
    }
    Ok(())
}

async fn from_browser(shop: &Shop, request: Request) -> Outcome<Answer> {
    let answer = shop.send(request.header("origin", &shop.settings.origin)).await?;
    allows_origin(shop, &answer)?;
    Ok(answer)
}

async fn successes(shop: &Shop) -> Outcome {
    let created = from_browser(shop, Request::post(SESSIONS, "{}")).await?;
    created.ok()?;
    let id = created.string("/data/id")?;
    from_browser(shop, Request::get(format!("{SESSIONS}/{id}"))).await?.ok()?;
    from_browser(shop, Request::post(ORDERS, shop.order(Some(&id)))).await?.ok()
}

async fn refusals(shop: &Shop) -> Outcome {
    let too_long = Request::post(SESSIONS, "").body(Body::Padded(65_535));
    for (request, status) in [
        (Request::post(SESSIONS, "[]"), 400),
        (Request::get(ORDERS), 400),
        (Request::get(format!("{SESSIONS}/{}", unknown_id())), 404),
        (Request::get("/nowhere"), 404),
        (Request::new(Method::DELETE, ORDERS), 404),
        (too_long, 413),
    ] {
        let answer = from_browser(shop, request).await?;
        answer.expect(answer.status == status, format!("HTTP {status}"))?;
    }
    let (session, _) = shop.create_linked().await?;
    let second = Request::post(ORDERS, shop.order(Some(&session)));
    from_browser(shop, second).await?.refused(409, "session_has_order")
}
