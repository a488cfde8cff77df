//! The refusals by API keys.

use reqwest::Method;
use shared::keys::Scope;
use tests::{
    client::{SHOP, order},
    scenario::Scenario,
};

use super::{webhooks, witness::Witness};

/// Each endpoint with an invalid key, and those that write with a read-only key.
pub(super) async fn play(witness: &mut Witness) {
    let mut api = Scenario::new().with_keys().start().await;
    let reading = api.make_key("shop", Scope::Read, None).await;
    let id = "5392f7a7-d472-4d6b-9848-bd07117fb82d";
    let (get, post) = (Method::GET, Method::POST);
    let mut calls = vec![
        (get.clone(), "/events".to_owned()),
        (get.clone(), "/checkout-sessions".to_owned()),
        (get.clone(), format!("/checkout-sessions/{id}")),
        (get.clone(), format!("/orders/{id}")),
        (get.clone(), format!("/orders?creatorAddress={SHOP}")),
        (post.clone(), "/checkout-sessions".to_owned()),
        (post.clone(), format!("/checkout-sessions/{id}/expire")),
        (post.clone(), "/orders".to_owned()),
    ];
    calls.extend(webhooks::calls().map(|(method, path, _)| (method, path)));
    api.use_key(Some("ck_wrong"));
    for (method, path) in &calls {
        let body = if *method == get { String::new() } else { order(None).to_string() };
        witness.call(&api, method.clone(), path, &body).await.refused(401, "unauthorized");
    }
    api.use_key(Some(&reading));
    for (method, path) in calls.iter().filter(|(method, _)| *method != get) {
        witness.call(&api, method.clone(), path, "{}").await.refused(403, "forbidden");
    }
    api.use_key(None);
    witness.post(&api, "/checkout-sessions", &order(None)).await.refused(401, "unauthorized");
}
