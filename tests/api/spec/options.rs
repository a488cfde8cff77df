//! The payment options of servers with chains, and without.

use serde_json::json;
use shared::chains::Chains;
use tests::scenario::Scenario;

use super::witness::Witness;

const PATH: &str = "/payment-options";

pub(super) async fn play(witness: &mut Witness) {
    let node = json!(["http://127.0.0.1:9"]);
    let chains = json!({
        "1": {"rpc": node}, "137": {"rpc": node}, "8453": {"rpc": node},
        "31337": {"rpc": node, "tokens": "any", "confirmations": 1},
    });
    let api = Scenario::new().watching(Chains::parse(&chains.to_string()).unwrap()).start().await;
    witness.get(&api, PATH).await.ok();
    witness.get(&Scenario::new().start().await, PATH).await.ok();
}
