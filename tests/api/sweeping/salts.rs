//! Sweeps publish nothing on their chain that leads to an order or a session.

use serde_json::{Value, json};
use tests::client::SHOP;

use crate::watching::shop::{Sale, Shop};

/// The logs of all blocks, as a node gives them to everybody.
async fn all_logs(shop: &Shop) -> String {
    let filter = json!([{"fromBlock": "0x0", "toBlock": "latest"}]);
    let call = json!({"jsonrpc": "2.0", "id": 1, "method": "eth_getLogs", "params": filter});
    let answer = reqwest::Client::new().post(&shop.nodes[0].url).json(&call).send().await.unwrap();
    let answer: Value = answer.json().await.unwrap();
    answer["result"].to_string()
}

/// The order of a session, swept: once in vain, so that the chain also has the log of a failure.
async fn swept() -> (Shop, Sale) {
    let (shop, sale) = Shop::confirmed().await;
    shop.sweep().await;
    shop.chain.refuse(SHOP);
    shop.go_on().await;
    shop.chain.accept();
    shop.wait(300).await;
    shop.go_on().await;
    shop.assert_swept(&[&sale]).await;
    (shop, sale)
}

/// Each run of 32 hex digits at a byte's boundary of a text's words, in the form of an id.
fn ids_in(text: &str) -> impl Iterator<Item = String> + '_ {
    let words = text.split(|it: char| !it.is_ascii_hexdigit() && it != 'x');
    let words = words.map(|word| word.strip_prefix("0x").unwrap_or(word)).filter(|word| word.len() >= 32);
    words.flat_map(|word| (0..=word.len() - 32).step_by(2).map(move |at| &word[at..at + 32])).map(|id| {
        let part = |range: std::ops::Range<usize>| &id[range];
        [part(0..8), part(8..12), part(12..16), part(16..20), part(20..32)].join("-")
    })
}

#[tokio::test]
async fn nothing_that_a_sweep_publishes_is_the_id_of_an_order_or_a_session() {
    let (shop, sale) = swept().await;
    let calls = shop.chain.accepted().iter().map(|sent| sent.input.to_string()).collect::<Vec<_>>();
    let (calls, logs) = (calls.join(" "), all_logs(&shop).await);
    for (name, public) in [("calldata", calls), ("logs", logs)] {
        assert!(ids_in(&public).count() > 100, "{name}: {public}");
        for id in ids_in(&public) {
            assert!(id != sale.id && id != sale.session, "{name} has {id}");
        }
    }
}
