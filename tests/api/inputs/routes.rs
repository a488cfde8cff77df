//! Paths and methods without an endpoint.

use reqwest::{Client, Method};
use tests::scenario::Scenario;

use super::Watched;

const SESSION: &str = "/checkout-sessions/0b2f6d1c-5a3e-8f47-9c1c-0199a3c0d5e8";

#[tokio::test]
async fn an_unknown_path_is_not_found() {
    let watched = Watched::start().await;
    let under_session = format!("{SESSION}/order");
    let twice = format!("/{SESSION}");
    let paths = [
        "/",
        "//",
        "/checkout-session",
        "/checkout-sessions/",
        "/Checkout-Sessions",
        "/orders/",
        "/order",
        "/v1/orders",
        "/orders/x/y",
        "/checkout-sessions//expire/",
        "/favicon.ico",
        "/.env",
        "/%00",
        "/%FF",
        "/$default",
        "/health",
        &under_session,
        &twice,
    ];
    for path in paths {
        for method in [Method::GET, Method::POST] {
            let answer = watched.api.send(method.clone(), path, "").await;
            answer.refused(404, "route_not_found");
            assert!(answer.message().contains(&format!("{method} {path};")), "{}", answer.text);
            watched.heard_nothing(path);
        }
    }
}

#[tokio::test]
async fn a_method_that_a_path_does_not_take_is_not_found() {
    let watched = Watched::start().await;
    let expire = format!("{SESSION}/expire");
    let taken = [
        ("/checkout-sessions", "GET POST"),
        ("/events", "GET"),
        (SESSION, "GET"),
        (&expire, "POST"),
        ("/orders", "GET POST"),
        ("/orders/5392f7a7-d472-4d6b-9848-bd07117fb82d", "GET"),
    ];
    for (path, methods) in taken {
        for method in ["GET", "POST", "PUT", "PATCH", "DELETE", "TRACE", "PURGE", "get"] {
            if !methods.split(' ').any(|taken| taken == method) {
                let method = Method::from_bytes(method.as_bytes()).unwrap();
                watched.api.send(method, path, "{}").await.refused(404, "route_not_found");
                watched.heard_nothing(path);
            }
        }
    }
}

/// API Gateway does not send `HEAD` to a route for `GET`.
#[tokio::test]
async fn head_is_a_method_that_no_path_takes() {
    let api = Scenario::new().start().await;
    let session = format!("/checkout-sessions/{}", api.create_session().await);
    for path in [session.as_str(), "/orders?creatorAddress=x"] {
        let answer = Client::new().head(format!("{}{path}", api.server.url)).send().await.unwrap();
        assert_eq!(answer.status(), 404, "HEAD {path}");
    }
}
