//! API keys: the endpoints that need one, and the data that each caller sees.

mod strangers;
mod webhooks;

use local::{Options, Server};
use reqwest::{
    Method,
    header::{HeaderMap, HeaderName},
};
use serde_json::{Value, json};
use shared::{kernel::ApiKeyId, keys::Scope};
use tests::{
    client::{Answer, Api, BUYER, order},
    proxy::{Fault, Proxy},
    scenario::Scenario,
};

use crate::template::{Load, throttle};

/// The paths that look at no key. One shows settings alone, so that caches may answer for it. The other is for buyers,
/// who have none.
const KEYLESS: [&str; 2] = ["/payment-options", "/checkout/0b2f6d1c-5a3e-8f47-9c1c-0199a3c0d5e8"];
const UNKNOWN: &str = "0b2f6d1c-5a3e-8f47-9c1c-0199a3c0d5e8";

/// A server with API keys on, and a writing key for each of two merchants.
async fn shops() -> (Api, String, String) {
    let api = Scenario::new().with_keys().start().await;
    let (ours, theirs) =
        (api.make_key("ours", Scope::Write, None).await, api.make_key("theirs", Scope::Write, None).await);
    (api, ours, theirs)
}

fn noted_session() -> Value {
    json!({"metadata": {"secret": 1}, "client_reference_id": "cart-17"})
}

fn noted_order(session: Option<&str>) -> Value {
    let mut body = order(session);
    body["creatorAddress"] = BUYER.into();
    body["clientReferenceId"] = "ref-17".into();
    body["metadata"] = json!({"secret": 1});
    body
}

/// A session of the current key with an order, both with private data; returns their ids.
async fn noted_pair(api: &Api) -> (String, String) {
    let session = api.post("/checkout-sessions", &noted_session()).await.ok()["id"].clone();
    let session = session.as_str().unwrap().to_owned();
    let order = api.post("/orders", &noted_order(Some(&session))).await.ok()["id"].clone();
    (session, order.as_str().unwrap().to_owned())
}

async fn listed(api: &Api) -> Vec<Value> {
    api.get(&format!("/orders?creatorAddress={BUYER}")).await.ok().as_array().unwrap().clone()
}

/// Every endpoint, and true if unauthenticated callers may call it.
fn endpoints() -> Vec<(Method, String, Value, bool)> {
    let mut endpoints = vec![
        (Method::POST, "/checkout-sessions".to_owned(), json!({}), false),
        (Method::GET, format!("/checkout-sessions/{UNKNOWN}"), json!({}), true),
        (Method::POST, format!("/checkout-sessions/{UNKNOWN}/expire"), json!({}), false),
        (Method::POST, "/orders".to_owned(), order(Some(UNKNOWN)), true),
        (Method::GET, format!("/orders/{UNKNOWN}"), json!({}), true),
        (Method::GET, format!("/orders?creatorAddress={BUYER}"), json!({}), false),
        (Method::GET, "/events".to_owned(), json!({}), false),
        (Method::GET, "/checkout-sessions".to_owned(), json!({}), false),
        (Method::GET, KEYLESS[0].to_owned(), json!({}), true),
        (Method::GET, KEYLESS[1].to_owned(), json!({}), true),
        (Method::POST, KEYLESS[1].to_owned(), json!({}), true),
    ];
    let of_webhooks = webhooks::endpoints("we_0b2f6d1c5a3e4f479c1c0199a3c0d5e8");
    endpoints.extend(of_webhooks.map(|(method, path, body)| (method, path, body, false)));
    endpoints
}

#[test]
fn every_endpoint_is_asked_here_whether_it_wants_a_key() {
    assert_eq!(endpoints().len(), local::OPERATIONS.len());
}

/// The route of a request, as the template names it.
fn route(method: &Method, path: &str) -> String {
    let parts: Vec<_> = path.split('?').next().unwrap().split('/').collect();
    let fits = |route: &str| {
        let names: Vec<_> = route.split('/').collect();
        names.len() == parts.len()
            && names.iter().zip(&parts).all(|(name, part)| name.starts_with('{') || name == part)
    };
    let found = local::OPERATIONS.iter().find(|it| it.method == *method && fits(it.path)).unwrap();
    format!("{method} {}", found.path)
}

#[test]
fn every_route_that_needs_no_key_has_a_throttle_of_its_own() {
    let public = endpoints().into_iter().filter(|(_, _, _, public)| *public);
    let public = public.map(|(method, path, _, _)| route(&method, &path));
    let routes: Vec<_> = public.chain(["$default".to_owned()]).collect();
    assert!(routes.len() > 3);
    for route in routes {
        assert!(
            throttle(&route, Load::SMALLEST).is_some(),
            "{route} shares the throttle of merchants' routes"
        );
    }
}

#[track_caller]
fn asks_for_a_key(answer: &Answer) {
    answer.refused(401, "unauthorized");
    assert_eq!(answer.headers["www-authenticate"], "Bearer");
}

#[tokio::test]
async fn without_the_setting_a_key_is_not_looked_at() {
    let mut api = Scenario::new().start().await;
    api.use_key(Some("ck_nonsense"));
    let (session, order) = noted_pair(&api).await;
    assert_eq!(api.session(&session).await["client_reference_id"], "cart-17");
    assert_eq!(api.order(&order).await["order"]["clientReferenceId"], "ref-17");
    api.expire(&session).await.ok();
}

#[tokio::test]
async fn strangers_may_read_a_session_and_make_an_order_and_nothing_else() {
    let api = Scenario::new().with_keys().start().await;
    for (method, path, body, public) in endpoints() {
        let answer = api.send(method.clone(), &path, body.to_string()).await;
        match public {
            true => assert_ne!(answer.status, 401, "{method} {path}"),
            false => asks_for_a_key(&answer),
        }
    }
}

#[tokio::test]
async fn a_wrong_key_is_refused_even_where_none_is_needed() {
    let (mut api, ours, theirs) = shops().await;
    let expired = api.make_key("ours", Scope::Write, Some(1000)).await;
    let revoked = api.make_key("ours", Scope::Write, None).await;
    let id = ApiKeyId::parse(revoked.split('_').nth(1).unwrap()).unwrap();
    let outcome = api.server.app.keys.revoke_api_key(&id, api.server.app.clock.now()).await.unwrap();
    assert_eq!(outcome, shared::keys::Revocation::Revoked);
    api.advance_clock(1.0).await;
    let (ours_id, theirs_secret) = (ours.rsplit_once('_').unwrap().0, theirs.rsplit_once('_').unwrap().1);
    let mixed = format!("{ours_id}_{theirs_secret}");
    let unknown = format!("ck_0123456789abcdef_{theirs_secret}");
    let lower = ours.to_lowercase();
    for key in ["x", "ck__", &expired, &revoked, &mixed, &unknown, &lower, &ours[..ours.len() - 1]] {
        api.use_key(Some(key));
        for (method, path, body, _) in
            endpoints().into_iter().filter(|(_, path, ..)| !KEYLESS.contains(&path.as_str()))
        {
            let answer = api.send(method, &path, body.to_string()).await;
            asks_for_a_key(&answer);
            assert!(!answer.text.contains("ck_"), "{}", answer.text);
        }
    }
}

#[tokio::test]
async fn a_key_may_come_in_either_header() {
    let (api, ours, _) = shops().await;
    let header = |name: &str, value: String| {
        HeaderMap::from_iter([(HeaderName::try_from(name).unwrap(), value.parse().unwrap())])
    };
    for headers in [header("x-api-key", ours.clone()), header("authorization", format!("bearer  {ours}"))] {
        api.send_with(Method::POST, "/checkout-sessions", "", headers).await.ok();
    }
    for headers in [header("authorization", format!("Basic {ours}")), header("authorization", ours.clone())] {
        asks_for_a_key(&api.send_with(Method::POST, "/checkout-sessions", "", headers).await);
    }
}

#[tokio::test]
async fn a_reading_key_reads_and_changes_nothing() {
    let (mut api, ours, _) = shops().await;
    let reading = api.make_key("ours", Scope::Read, None).await;
    api.use_key(Some(&ours));
    let (session, order) = noted_pair(&api).await;
    api.use_key(Some(&reading));
    assert_eq!(api.session(&session).await["client_reference_id"], "cart-17");
    assert_eq!(api.order(&order).await["order"]["clientReferenceId"], "ref-17");
    assert_eq!(listed(&api).await.len(), 1);
    api.post("/checkout-sessions", &json!({})).await.refused(403, "forbidden");
    api.post("/orders", &noted_order(None)).await.refused(403, "forbidden");
    api.expire(&session).await.refused(403, "forbidden");
    assert_eq!(api.session(&session).await.status(), "open");
}

#[tokio::test]
async fn one_merchant_never_reaches_what_is_anothers() {
    let (mut api, ours, theirs) = shops().await;
    let operator = api.make_key("default", Scope::Write, None).await;
    api.use_key(Some(&ours));
    let (session, order) = noted_pair(&api).await;
    let unlinked = api.create_session().await;
    for other in [&theirs, &operator] {
        api.use_key(Some(other));
        let path = format!("/checkout-sessions/{session}");
        api.get(&path).await.refused(404, "session_not_found");
        api.get(&format!("{path}?include=order")).await.refused(404, "session_not_found");
        api.get(&format!("/orders/{order}")).await.refused(404, "order_not_found");
        api.expire(&session).await.refused(400, "session_not_found");
        api.post("/orders", &noted_order(Some(&unlinked))).await.refused(400, "session_not_found");
        let mut onramp = noted_order(Some(&unlinked));
        onramp["onramp"] = json!({"vendor": "coinbase"});
        api.post("/orders", &onramp).await.refused(400, "session_not_found");
        assert_eq!(listed(&api).await, Vec::<Value>::new());
    }
    api.use_key(Some(&ours));
    assert_eq!(api.session(&session).await.status(), "open");
    assert_eq!(api.session(&unlinked).await.order_id(), None);
    api.expire(&session).await.ok();
}

#[tokio::test]
async fn each_merchant_and_all_strangers_have_idempotency_keys_of_their_own() {
    let (mut api, ours, theirs) = shops().await;
    let operator = api.make_key("default", Scope::Write, None).await;
    let same = || HeaderMap::from_iter([(HeaderName::from_static("idempotency-key"), "a".parse().unwrap())]);
    let mut made = Vec::new();
    for key in [Some(&ours), Some(&theirs), Some(&operator), None] {
        api.use_key(Some(&ours));
        let session = api.create_session().await;
        api.use_key(key.map(String::as_str));
        for replayed in [false, true] {
            // Unauthenticated callers create orders for sessions only.
            let body = noted_order(key.is_none().then_some(session.as_str())).to_string();
            let answer = api.send_with(Method::POST, "/orders", body, same()).await;
            assert_eq!(answer.headers.contains_key("idempotent-replayed"), replayed);
            made.push(answer.ok()["id"].to_string());
        }
    }
    made.dedup();
    assert_eq!(made.len(), 4);
}

#[tokio::test]
async fn switching_keys_on_and_off_loses_nothing() {
    let first = Api::of(Server::start(Options::default()).await.unwrap());
    let endpoint = Some(first.server.database.clone());
    let with_keys = Options { endpoint, api_keys: true, ..Options::default() };
    let mut second = Api::of(Server::start(with_keys).await.unwrap());
    let (before, _) = noted_pair(&first).await;
    let operator = second.make_key("default", Scope::Write, None).await;
    second.use_key(Some(&operator));
    assert_eq!(second.session(&before).await["client_reference_id"], "cart-17");
    assert_eq!(listed(&second).await.len(), 1);
    second.expire(&before).await.ok();

    let ours = second.make_key("ours", Scope::Write, None).await;
    second.use_key(Some(&ours));
    let between = second.post("/checkout-sessions", &noted_session()).await.ok()["id"].clone();
    let between = between.as_str().unwrap();
    // Off again: the earlier session still gets its order, which belongs to the session's owner.
    first.post("/orders", &noted_order(Some(between))).await.ok();
    assert_eq!(listed(&second).await.len(), 1);
    first.expire(between).await.ok();
    assert_eq!(second.session(between).await["order_status"], "expired");
}

#[tokio::test]
async fn a_key_is_looked_up_once_a_minute_and_void_a_minute_after_it_is_revoked() {
    let proxy = Proxy::start().await;
    let mut api = Scenario::new().behind(&proxy).with_keys().start().await;
    let ours = api.make_key("ours", Scope::Write, None).await;
    api.use_key(Some(&ours));
    proxy.take_operations();
    let session = api.create_session().await;
    assert_eq!(proxy.take_operations(), ["GetItem", "PutItem"]);
    api.session(&session).await;
    assert_eq!(proxy.take_operations(), ["GetItem"]);
    api.use_key(None);
    api.create_order(Some(&session)).await.ok();
    assert_eq!(proxy.take_operations(), ["GetItem", "TransactWriteItems"]);

    let id = ApiKeyId::parse(ours.split('_').nth(1).unwrap()).unwrap();
    api.server.app.keys.revoke_api_key(&id, api.server.app.clock.now()).await.unwrap();
    api.advance_clock(60.0).await;
    api.use_key(Some(&ours));
    asks_for_a_key(&api.expire(&session).await);
}

#[tokio::test]
async fn a_key_that_cannot_be_looked_up_is_no_wrong_key() {
    let proxy = Proxy::start().await;
    let mut api = Scenario::new().behind(&proxy).with_keys().start().await;
    let ours = api.make_key("ours", Scope::Write, None).await;
    api.use_key(Some(&ours));
    proxy.inject("GetItem", &Fault::ServerError, 100);
    api.post("/checkout-sessions", &json!({})).await.refused(503, "unavailable");
    proxy.heal();
    api.create_session().await;
}
