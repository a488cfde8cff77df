//! Sweeping through nodes that fail, refuse and lie.

use local::acting_as;
use serde_json::{Value, json};

use crate::{
    anvil::{Anvil, GAS_KEY, RICH, topic},
    relay::{Relay, Reply},
    scene::Scene,
    shop::Shop,
};

/// A scene with so many nodes in front of its chain.
async fn scene_behind(nodes: usize) -> (Scene, Vec<Relay>) {
    let anvil = Anvil::start().await;
    let mut relays = Vec::new();
    for _ in 0..nodes {
        relays.push(Relay::start(&anvil.url).await);
    }
    let urls: Vec<_> = relays.iter().map(|relay| relay.url.clone()).collect();
    let shop = Shop::on(anvil, Some(GAS_KEY.to_owned()), json!({"rpc": urls}), true).await;
    (Scene::of(shop), relays)
}

/// The number of blocks that a question for logs is about.
fn blocks(params: &Value) -> u64 {
    let number = |name: &str| u64::from_str_radix(&params[0][name].as_str().unwrap()[2..], 16).unwrap();
    number("toBlock") + 1 - number("fromBlock")
}

/// `true` if a question is for the logs of one address, as that for an order's sweeps is.
fn is_of_one_emitter(method: &str, params: &Value) -> bool {
    method == "eth_getLogs" && (params[0]["address"].is_string() || params[0]["address"].is_array())
}

#[tokio::test]
async fn a_sweep_by_somebody_else_is_found_in_portions_that_a_node_takes() {
    let (mut scene, relays) = scene_behind(1).await;
    let order = scene.shop.sell().await;
    scene.pay(&order).await;
    let receipt = scene.shop.anvil.sweep(&order, &scene.shop.anvil.token).await;
    relays[0].answer_by(|method, params| match method == "eth_getLogs" && blocks(params) > 4 {
        true => Reply::Refusal,
        false => Reply::Chain,
    });
    scene.go_on().await;
    assert_eq!(scene.status(&order).await, "executed");
    let seen = scene.shop.api.order(&order.id).await;
    assert_eq!(seen["executeTx"]["txHash"], receipt["transactionHash"]);
    assert_eq!(scene.gas_transactions("latest").await, 0);
}

#[tokio::test]
async fn an_order_whose_sweep_no_node_tells_of_holds_up_no_other() {
    let (mut scene, relays) = scene_behind(1).await;
    let (swept, other) = (scene.shop.sell().await, scene.shop.sell().await);
    scene.pay(&swept).await;
    scene.shop.anvil.sweep(&swept, &scene.shop.anvil.token).await;
    scene.pay(&other).await;
    relays[0].answer_by(|method, params| match is_of_one_emitter(method, params) {
        true => Reply::Refusal,
        false => Reply::Chain,
    });
    scene.go_on().await;
    assert_eq!(scene.status(&swept).await, "executing");
    assert_eq!(scene.status(&other).await, "executed");
    relays[0].answer_by(|_, _| Reply::Chain);
    scene.shop.api.advance_clock(600.0).await;
    scene.go_on().await;
    assert_eq!(scene.status(&swept).await, "executed");
}

#[tokio::test]
async fn another_node_is_swept_through_in_place_of_one_that_fails() {
    let methods =
        ["eth_getCode", "eth_call", "eth_estimateGas", "eth_getTransactionReceipt", "eth_sendRawTransaction"];
    for failing in methods {
        let (mut scene, relays) = scene_behind(2).await;
        let order = scene.shop.sell().await;
        scene.pay(&order).await;
        relays[0].answer_by(move |method, _| match method == failing {
            true => Reply::Nothing,
            false => Reply::Chain,
        });
        scene.go_on().await;
        assert_eq!(scene.status(&order).await, "executed", "{failing}");
        assert_eq!(scene.gas_transactions("latest").await, 1, "{failing}");
    }
}

#[tokio::test]
async fn a_sweep_that_the_first_node_does_not_tell_of_is_found_through_another() {
    let (mut scene, relays) = scene_behind(2).await;
    let order = scene.shop.sell().await;
    scene.pay(&order).await;
    scene.shop.anvil.sweep(&order, &scene.shop.anvil.token).await;
    relays[0].answer_by(|method, params| match is_of_one_emitter(method, params) {
        true => Reply::Refusal,
        false => Reply::Chain,
    });
    scene.go_on().await;
    assert_eq!(scene.status(&order).await, "executed");
}

#[tokio::test]
async fn an_order_that_a_node_fails_at_holds_up_no_other() {
    let (mut scene, relays) = scene_behind(1).await;
    let (bad, other) = (scene.shop.sell().await, scene.shop.sell().await);
    scene.pay(&bad).await;
    scene.pay(&other).await;
    let forwarder = bad.address[2..].to_owned();
    relays[0].answer_by(move |method, params| {
        let asks_of_it = method == "eth_call" && params[0]["data"].as_str().unwrap().contains(&forwarder);
        if asks_of_it { Reply::Nothing } else { Reply::Chain }
    });
    for _ in 0..8 {
        scene.shop.anvil.mine(2).await;
        scene.shop.api.advance_clock(20.0).await;
        scene.watcher.poll().await.unwrap();
        // Where the bad one is alone, that is a failure.
        let _ = scene.sweeper.poll().await;
    }
    assert_eq!(scene.status(&bad).await, "executing");
    assert_eq!(scene.status(&other).await, "executed");
}

#[tokio::test]
async fn too_low_an_estimate_wastes_no_gas() {
    let (mut scene, relays) = scene_behind(1).await;
    let order = scene.shop.sell().await;
    scene.pay(&order).await;
    relays[0].answer_by(|method, _| match method == "eth_estimateGas" {
        true => Reply::Result(json!("0x186a0")),
        false => Reply::Chain,
    });
    scene.go_on().await;
    assert_eq!(scene.status(&order).await, "executed");
    assert_eq!(scene.gas_transactions("latest").await, 1);
}

#[tokio::test]
async fn a_sweep_that_one_of_three_nodes_makes_up_executes_nothing() {
    let (mut scene, relays) = scene_behind(3).await;
    let order = scene.shop.sell().await;
    scene.pay(&order).await;
    // One node claims that a transaction, which exists, has swept the order.
    scene.shop.anvil.rpc("evm_increaseTime", json!([5])).await;
    let real = scene.shop.anvil.send(json!({"to": RICH, "value": "0x1"})).await;
    let log = json!({
        "address": order.address, "transactionHash": real["transactionHash"], "logIndex": "0x0",
        "blockHash": real["blockHash"], "blockNumber": real["blockNumber"], "transactionIndex": "0x0",
        "data": format!("0x{:064x}", 1_000_000), "removed": false,
        "topics": [
            format!("0x{}", topic("Flushed(address,address,uint256)")),
            format!("0x{:0>64}", &scene.shop.anvil.token[2..]), format!("0x{:0>64}", &order.recipient[2..]),
        ],
    });
    let mut receipt = real.clone();
    receipt["logs"] = json!([log]);
    let (token, transaction) = (scene.shop.anvil.token.clone(), real["transactionHash"].clone());
    relays[0].answer_by(move |method, params| match method {
        "eth_call" if params[0]["to"] == token => Reply::Result(json!(format!("0x{:064x}", 0))),
        "eth_getLogs" if is_of_one_emitter(method, params) && params[0]["topics"][1].is_string() => {
            Reply::Result(json!([log]))
        }
        "eth_getTransactionReceipt" if params[0] == transaction => Reply::Result(receipt.clone()),
        _ => Reply::Chain,
    });
    scene.go_on().await;
    assert_eq!(scene.status(&order).await, "executing");
    assert_eq!(scene.gas_transactions("latest").await, 0);
    relays[0].answer_by(|_, _| Reply::Chain);
    scene.shop.api.advance_clock(600.0).await;
    scene.go_on().await;
    assert_eq!(scene.status(&order).await, "executed");
    assert_eq!(scene.shop.anvil.balance(&scene.shop.anvil.token, &order.recipient).await, 1_000_000);
}

#[tokio::test]
async fn a_receipt_that_the_other_node_denies_executes_nothing_until_they_agree() {
    let (mut scene, relays) = scene_behind(2).await;
    let order = scene.shop.sell().await;
    scene.pay(&order).await;
    scene.poll().await;
    scene.shop.anvil.mine(2).await;
    scene.poll().await;
    assert_eq!(scene.gas_transactions("latest").await, 1);
    relays[1].answer_by(|method, _| match method == "eth_getTransactionReceipt" {
        true => Reply::Result(Value::Null),
        false => Reply::Chain,
    });
    scene.shop.anvil.mine(2).await;
    let problem = acting_as("sweep-deposits", scene.sweeper.poll()).await.unwrap_err();
    assert!(problem.to_string().contains("contradict"), "{problem}");
    assert_eq!(scene.status(&order).await, "executing");
    relays[1].answer_by(|_, _| Reply::Chain);
    scene.poll().await;
    assert_eq!(scene.status(&order).await, "executed");
}

#[tokio::test]
async fn a_node_of_another_chain_has_no_say_in_sweeping() {
    let (mut scene, relays) = scene_behind(2).await;
    let order = scene.shop.sell().await;
    scene.pay(&order).await;
    relays[1].answer_by(|method, _| match method {
        "eth_chainId" => Reply::Result(json!("0x1")),
        "eth_getTransactionReceipt" => Reply::Result(Value::Null),
        _ => Reply::Chain,
    });
    scene.go_on().await;
    assert_eq!(scene.status(&order).await, "executed");
}

#[tokio::test]
async fn a_receipt_that_one_of_three_nodes_denies_or_makes_up_changes_nothing() {
    for liar in 0..3 {
        let (mut scene, relays) = scene_behind(3).await;
        let order = scene.shop.sell().await;
        scene.pay(&order).await;
        scene.poll().await;
        scene.shop.anvil.mine(2).await;
        scene.shop.anvil.rpc("evm_setAutomine", json!([false])).await;
        scene.poll().await;
        // The sweep is on its way. One node tells of it in a block that does not exist.
        let block = scene.shop.anvil.rpc("eth_getBlockByNumber", json!(["0x1", false])).await;
        let made_up = json!({
            "status": "0x1", "transactionHash": scene.pending().await[0]["hash"],
            "blockHash": block["hash"], "blockNumber": "0x1", "logs": [],
        });
        relays[liar].answer_by(move |method, _| match method == "eth_getTransactionReceipt" {
            true => Reply::Result(made_up.clone()),
            false => Reply::Chain,
        });
        scene.poll().await;
        assert_eq!(scene.status(&order).await, "executing", "{liar}");
        scene.shop.anvil.rpc("evm_setAutomine", json!([true])).await;
        scene.go_on().await;
        assert_eq!(scene.status(&order).await, "executed", "{liar}");
        assert_eq!(scene.gas_transactions("latest").await, 1, "{liar}");
    }
}
