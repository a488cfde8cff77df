//! The events of all that the other plays have done.

use serde_json::json;
use tests::{
    client::{Api, order},
    scenario::Scenario,
};

use super::witness::Witness;

pub(super) async fn play(api: &Api, witness: &mut Witness) {
    let session = api.create_session().await;
    witness.get(api, &format!("/checkout-sessions/{session}?include=events")).await.ok();
    api.post("/orders", &order(None)).await.ok();
    api.advance_clock(1860.0).await;
    api.server.catch_up().await.unwrap();
    let mut after = String::new();
    loop {
        let page = witness.get(api, &format!("/events?limit=100&after={after}")).await.ok();
        after = page["next_cursor"].as_str().unwrap_or_default().to_owned();
        if page["has_more"] == json!(false) {
            break;
        }
    }
    witness.get(api, "/checkout-sessions?limit=100").await.ok();
    witness.get(api, "/checkout-sessions?limit=2").await.ok();
    witness.get(api, "/checkout-sessions?status=paid").await.refused(400, "invalid_field");
    witness.get(api, "/events?after=x").await.refused(400, "invalid_field");
    let deployed = Scenario::new().embedded().with(|it| it.closed_lists = true).start().await;
    witness.get(&deployed, "/events").await.refused(403, "keys_off");
    witness.get(&deployed, "/checkout-sessions").await.refused(403, "keys_off");
}
