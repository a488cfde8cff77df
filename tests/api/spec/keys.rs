//! What API keys refuse.

use reqwest::Method;
use shared::model::Scope;
use tests::client::{Api, SHOP, order};

use super::witness::Witness;

/// Each endpoint with a key that is none, and those that write with a key that may only read.
pub(super) async fn play(witness: &mut Witness) {
    let mut api = Api::with_keys().await;
    let reading = api.make_key("shop", Scope::Read, None).await;
    let id = "5392f7a7-d472-4d6b-9848-bd07117fb82d";
    let (get, post) = (Method::GET, Method::POST);
    let reads = [
        "/events".to_owned(),
        "/checkout-sessions".to_owned(),
        format!("/checkout-sessions/{id}"),
        format!("/orders/{id}"),
        format!("/orders?creatorAddress={SHOP}"),
    ];
    let writes =
        ["/checkout-sessions".to_owned(), format!("/checkout-sessions/{id}/expire"), "/orders".to_owned()];
    api.use_key(Some("ck_wrong"));
    for path in &reads {
        witness.call(&api, get.clone(), path, "").await.refused(401, "unauthorized");
    }
    for path in &writes {
        witness.post(&api, path, &order(None)).await.refused(401, "unauthorized");
    }
    api.use_key(Some(&reading));
    for path in &writes {
        witness.call(&api, post.clone(), path, "{}").await.refused(403, "forbidden");
    }
    api.use_key(None);
    witness.post(&api, "/checkout-sessions", &order(None)).await.refused(401, "unauthorized");
}
