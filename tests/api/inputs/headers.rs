//! Headers: huge ones, odd ones, and those of browsers that call from another origin.

use reqwest::{
    Client, Method,
    header::{HeaderMap, HeaderName, HeaderValue},
};
use tests::scenario::Scenario;

use super::Watched;

fn filled(count: usize, length: usize) -> HeaderMap {
    let names = (0..count).map(|number| HeaderName::try_from(format!("x-fill-{number}")).unwrap());
    names.map(|name| (name, HeaderValue::from_str(&"x".repeat(length)).unwrap())).collect()
}

#[tokio::test]
async fn headers_of_more_than_10_kib_are_refused() {
    let watched = Watched::start().await;
    for headers in [filled(1, 10_300), filled(1, 500_000), filled(80, 1000), filled(2000, 10)] {
        let answer = watched.api.send_with(Method::POST, "/checkout-sessions", "{}", headers).await;
        assert_eq!(answer.refused(400, "invalid_field")["param"], "headers");
        assert!(answer.message().contains("10240 bytes"), "{}", answer.text);
        watched.heard_nothing("headers");
    }
}

#[tokio::test]
async fn long_and_odd_headers_are_taken() {
    let api = Scenario::new().start().await;
    let mut odd = HeaderMap::new();
    odd.insert("x-odd", HeaderValue::from_bytes(b"\xff\xe4 \t").unwrap());
    odd.append("x-twice", HeaderValue::from_static("a"));
    odd.append("x-twice", HeaderValue::from_static("b"));
    odd.insert("x-empty", HeaderValue::from_static(""));
    odd.insert("authorization", HeaderValue::from_static("Bearer nonsense"));
    odd.insert("content-encoding", HeaderValue::from_static("gzip"));
    odd.insert("accept", HeaderValue::from_static("text/html"));
    for headers in [filled(1, 9000), filled(90, 90), odd] {
        api.send_with(Method::POST, "/checkout-sessions", "{}", headers).await.ok();
    }
}

#[tokio::test]
async fn a_browser_of_any_origin_may_call_every_route() {
    let api = Scenario::new().start().await;
    let routes = api.server.routes.iter().filter(|route| route.path != "$default");
    let paths = routes.map(|route| (route.method.as_str(), route.path.as_str())).chain([("GET", "/nowhere")]);
    for (method, path) in paths {
        let answer = Client::new()
            .request(Method::OPTIONS, format!("{}{}", api.server.url, path.replace(['{', '}'], "")))
            .header("origin", "https://shop.example")
            .header("access-control-request-method", method)
            .header("access-control-request-headers", "content-type,idempotency-key")
            .send()
            .await
            .unwrap();
        assert!(answer.status().is_success(), "{method} {path}: {}", answer.status());
        let header = |name: &str| answer.headers()[name].to_str().unwrap().to_lowercase();
        assert_eq!(header("access-control-allow-origin"), "*", "{method} {path}");
        assert!(header("access-control-allow-methods").contains(&method.to_lowercase()), "{method} {path}");
        for name in ["content-type", "authorization", "x-api-key", "idempotency-key"] {
            assert!(header("access-control-allow-headers").contains(name), "{method} {path}: {name}");
        }
        assert_eq!(header("access-control-max-age"), "7200", "{method} {path}");
    }
}

#[tokio::test]
async fn a_browser_may_read_every_answer() {
    let api = Scenario::new().start().await;
    let origin = || {
        HeaderMap::from_iter([(reqwest::header::ORIGIN, HeaderValue::from_static("https://shop.example"))])
    };
    let too_long = " ".repeat(65_537);
    let calls = [
        (Method::POST, "/checkout-sessions", "", 200),
        (Method::POST, "/checkout-sessions", "[]", 400),
        (Method::POST, "/checkout-sessions", too_long.as_str(), 413),
        (Method::GET, "/checkout-sessions/nope", "", 404),
        (Method::GET, "/orders", "", 400),
        (Method::DELETE, "/orders", "", 404),
        (Method::GET, "/nowhere", "", 404),
    ];
    for (method, path, body, status) in calls {
        let answer = api.send_with(method, path, body.to_owned(), origin()).await;
        assert_eq!(answer.status, status, "{}", answer.text);
        assert_eq!(answer.headers["access-control-allow-origin"], "*", "{path}");
        assert_eq!(
            answer.headers["access-control-expose-headers"], "date,idempotent-replayed,retry-after",
            "{path}"
        );
    }
}
