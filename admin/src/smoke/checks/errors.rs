//! Ids, paths and methods that no endpoint knows.

use reqwest::Method;

use super::chapter;
use crate::smoke::{
    Check,
    failure::Outcome,
    request::Request,
    shop::{ORDERS, SESSIONS, Shop, unknown_id},
};

pub(super) fn checks() -> Vec<Check> {
    chapter!("errors",
        "an unknown or malformed session id is a 404" => sessions,
        "an unknown path is a 404" => paths,
        "a method that a path does not take is a 404" => methods,
    )
}

async fn sessions(shop: &Shop) -> Outcome {
    for id in [unknown_id(), "nope".to_owned(), "0".to_owned(), "%7B%7D".to_owned(), "null".to_owned()] {
        for query in ["", "?include=order"] {
            let answer = shop.get(format!("{SESSIONS}/{id}{query}")).await?;
            answer.refused(404, "session_not_found")?;
        }
    }
    Ok(())
}

async fn paths(shop: &Shop) -> Outcome {
    let under_session = format!("{SESSIONS}/{}/order", unknown_id());
    for path in ["/checkout-session", "/v1/orders", "/orders/x/y", "/health", &under_session] {
        for method in [Method::GET, Method::POST] {
            shop.send(Request::new(method, path)).await?.refused(404, "route_not_found")?;
        }
    }
    Ok(())
}

async fn methods(shop: &Shop) -> Outcome {
    let session = format!("{SESSIONS}/{}", unknown_id());
    let expire = format!("{session}/expire");
    for (method, path) in [
        (Method::PUT, SESSIONS),
        (Method::DELETE, SESSIONS),
        (Method::DELETE, ORDERS),
        (Method::PATCH, ORDERS),
        (Method::DELETE, &session),
        (Method::POST, &session),
        (Method::GET, &expire),
        (Method::POST, "/events"),
    ] {
        shop.send(Request::new(method, path)).await?.refused(404, "route_not_found")?;
    }
    Ok(())
}
