//! A development chain, with the forwarders' factory and a token on it.

use std::{
    path::PathBuf,
    process::{Command, Stdio},
    time::Duration,
};

use alloy::primitives::B256;
use serde_json::{Value, json};
use shared::{chains::order_salt, kernel::OrderId};
use tokio::{
    io::{AsyncBufReadExt as _, BufReader},
    process::{Child, Command as AsyncCommand},
};

use crate::shop::Waiting;

/// The deterministic deployer, which anvil has from its start.
const DEPLOYER: &str = "0x4e59b44847b379578588920ca78fbf26c0b4956c";
/// The forwarders' factory, as the deployer puts it on every chain.
pub(crate) const FACTORY: &str = "0x3b13b48a9f264ea5b8a72632111ff5ce37ef757f";
/// The first of anvil's well-known accounts. It deploys, mints and pays.
pub(crate) const RICH: &str = "0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266";
/// The key of the last of them, which pays for gas, and nothing else happens with it.
pub(crate) const GAS_KEY: &str = "2a871d0798f97d79848a013d4936a73bf4cc922c825d33c1cf7073dff6d409c6";
pub(crate) const GAS_ACCOUNT: &str = "0xa0ee7a142d267c1f36714e4a8f75612f20a79720";

pub(crate) struct Anvil {
    pub(crate) url: String,
    pub(crate) token: String,
    http: reqwest::Client,
    _process: Child,
}

fn contracts() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../contracts")
}

fn artifact(name: &str) -> Value {
    let path = contracts().join(format!("artifacts/{name}.json"));
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

/// Compiled by the compiler that the contracts pin.
fn token_code() -> String {
    let output = Command::new("node").arg("test/token.mjs").current_dir(contracts()).output().unwrap();
    assert!(
        output.status.success(),
        "run `npm ci` in contracts/: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

impl Anvil {
    /// A chain that makes a block for each transaction.
    pub(crate) async fn start() -> Self {
        chain::use_ring();
        let binary = contracts().join("node_modules/.bin/anvil");
        let binary = std::env::var_os("ANVIL").map_or(binary, PathBuf::from);
        let mut process = AsyncCommand::new(binary)
            .args(["--port", "0", "--slots-in-an-epoch", "1"])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .expect("anvil starts: run `npm ci` in contracts/");
        let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let address = loop {
            let line = lines.next_line().await.unwrap().expect("anvil says where it listens");
            if let Some(address) = line.strip_prefix("Listening on ") {
                break address.to_owned();
            }
        };
        // A full pipe would stop anvil.
        tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
        let url = format!("http://{address}");
        let mut anvil = Self { url, token: String::new(), http: reqwest::Client::new(), _process: process };
        anvil.deploy().await;
        anvil
    }

    async fn deploy(&mut self) {
        let salt = artifact("ForwarderFactory")["deployment"]["salt"].as_str().unwrap().to_owned();
        assert_eq!(self.deploy_factory(&salt[2..]).await, FACTORY);
        self.token = self.deploy_token().await;
    }

    /// Deploys a factory, and says where it is.
    pub(crate) async fn deploy_factory(&self, salt: &str) -> String {
        let code = artifact("ForwarderFactory")["creationCode"].as_str().unwrap().to_owned();
        let deployment = json!({"from": RICH, "to": DEPLOYER, "data": format!("0x{salt}{}", &code[2..])});
        let address = self.rpc("eth_call", json!([deployment, "latest"])).await;
        self.send(deployment).await;
        address.as_str().unwrap().to_owned()
    }

    pub(crate) async fn deploy_token(&self) -> String {
        let receipt = self.send(json!({"data": token_code()})).await;
        receipt["contractAddress"].as_str().unwrap().to_owned()
    }

    pub(crate) async fn rpc(&self, method: &str, params: Value) -> Value {
        let request = json!({"jsonrpc": "2.0", "id": 1, "method": method, "params": params});
        let answer = self.http.post(&self.url).json(&request).send().await.unwrap();
        let mut answer: Value = answer.json().await.unwrap();
        assert!(answer.get("error").is_none(), "{method}: {answer}");
        answer["result"].take()
    }

    /// Sends a transaction from the rich account; its receipt.
    pub(crate) async fn send(&self, mut transaction: Value) -> Value {
        transaction["from"] = RICH.into();
        let hash = self.rpc("eth_sendTransaction", json!([transaction])).await;
        for _ in 0..500 {
            let receipt = self.rpc("eth_getTransactionReceipt", json!([hash])).await;
            if receipt.is_object() {
                assert_eq!(receipt["status"], "0x1", "{receipt}");
                return receipt;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("no receipt of {hash}");
    }

    pub(crate) async fn mine(&self, blocks: u64) {
        self.rpc("anvil_mine", json!([format!("{blocks:#x}")])).await;
    }

    /// Gives `to` so much of a token; the receipt.
    pub(crate) async fn mint(&self, token: &str, to: &str, amount: u64) -> Value {
        self.send(json!({"to": token, "data": call("40c10f19", to, amount)})).await
    }

    /// The call that mints, not sent yet.
    pub(crate) fn minting(&self, to: &str, amount: u64) -> Value {
        json!({"from": RICH, "to": self.token, "data": call("40c10f19", to, amount), "gas": "0x30d40"})
    }

    pub(crate) async fn balance(&self, token: &str, account: &str) -> u128 {
        let data = format!("0x70a08231{:0>64}", &account[2..]);
        let answer = self.rpc("eth_call", json!([{"to": token, "data": data}, "latest"])).await;
        number(&answer)
    }

    pub(crate) async fn native_balance(&self, account: &str) -> u128 {
        number(&self.rpc("eth_getBalance", json!([account, "latest"])).await)
    }

    /// Sweeps an order, as anybody can.
    pub(crate) async fn sweep(&self, order: &Waiting, token: &str) -> Value {
        self.send(self.sweep_call(order, token)).await
    }

    /// The call that sweeps, not sent yet.
    pub(crate) fn sweep_call(&self, order: &Waiting, token: &str) -> Value {
        let (salt, recipient) = (salt_of(order), &order.recipient[2..]);
        let selector = selector("flush(bytes32,address,address)");
        let data = format!("0x{selector}{salt:x}{recipient:0>64}{:0>64}", &token[2..]);
        json!({"from": RICH, "to": FACTORY, "data": data})
    }

    /// Replaces the last `depth` blocks by others, with these calls in them, each with the position of its
    /// block among the new ones.
    pub(crate) async fn reorganise(&self, depth: u64, calls: &[(Value, u64)]) {
        self.rpc("anvil_reorg", json!([depth, calls])).await;
    }
}

/// The salt of an order's deposit address.
pub(crate) fn salt_of(order: &Waiting) -> B256 {
    order_salt(OrderId::parse(&order.id).unwrap())
}

/// The first topic of an event's logs.
pub(crate) fn topic(event: &str) -> String {
    alloy_primitives::hex::encode(alloy_primitives::keccak256(event))
}

/// The selector of a contract's function.
pub(crate) fn selector(signature: &str) -> String {
    topic(signature)[..8].to_owned()
}

fn call(selector: &str, to: &str, amount: u64) -> String {
    format!("0x{selector}{:0>64}{amount:064x}", &to[2..])
}

fn number(hex: &Value) -> u128 {
    u128::from_str_radix(hex.as_str().unwrap().trim_start_matches("0x"), 16).unwrap()
}
