//! A merchant at the server under check: makes sessions, orders and endpoints, and remembers them.

use std::sync::Mutex;

use reqwest::Method;
use serde_json::{Value, json};
use shared::edge::random_bits;

use crate::smoke::{
    answer::Answer,
    client::{Client, NoAnswer, lock},
    failure::{Failure, Outcome, skip},
    request::Request,
    settings::Settings,
};

/// A server under check, and everything that the checks have made there.
pub struct Shop {
    pub(crate) client: Client,
    pub(crate) settings: Settings,
    requires_keys: bool,
    chain: u64,
    made: Mutex<Made>,
}

/// Sessions and endpoints to end, and sessions that must stay ended.
#[derive(Debug, Default)]
pub(crate) struct Made {
    pub(crate) sessions: Vec<String>,
    pub(crate) ended: Vec<String>,
    pub(crate) endpoints: Vec<String>,
}

pub(crate) const SESSIONS: &str = "/checkout-sessions";
pub(crate) const ORDERS: &str = "/orders";
pub(crate) const ENDPOINTS: &str = "/webhook-endpoints";

/// The recipient of all orders: an address that nobody is asked to pay.
pub(crate) const RECIPIENT: &str = "0xa7539d73700b1726ebe1eef9d4d8ccdf3f4e3b44";

/// Every chain has its native token under this address, and so every deployment accepts it.
const NATIVE_TOKEN: &str = "0x0000000000000000000000000000000000000000";

impl Shop {
    pub(crate) fn new(client: Client, settings: Settings, requires_keys: bool, chain: u64) -> Self {
        Self { client, settings, requires_keys, chain, made: Mutex::default() }
    }

    /// The same with orders on this chain.
    pub(crate) fn on_chain(self, chain: u64) -> Self {
        Self { chain, ..self }
    }

    /// True if the server requires API keys.
    pub fn requires_keys(&self) -> bool {
        self.requires_keys
    }

    /// The chain of all orders.
    pub fn chain(&self) -> u64 {
        self.chain
    }

    /// Sends a request, and remembers what it has made.
    pub(crate) async fn send(&self, request: Request) -> Outcome<Answer> {
        let answer = self.client.send(&request).await.map_err(no_answer)?;
        self.remember(&request, &answer);
        Ok(answer)
    }

    pub(crate) fn remember(&self, request: &Request, answer: &Answer) {
        if request.method != Method::POST || !(200..300).contains(&answer.status) {
            return;
        }
        let Some(id) = answer.at("/data/id").as_str().map(str::to_owned) else { return };
        let mut made = lock(&self.made);
        match request.route() {
            SESSIONS => made.sessions.push(id),
            ENDPOINTS => made.endpoints.push(id),
            route if route.ends_with("/expire") => made.ended.push(id),
            _ => {}
        }
    }

    /// Skips what a server without API keys may leave out, if it has.
    pub(crate) fn skip_if_keys_off(&self, answer: &Answer) -> Outcome {
        match !self.requires_keys && answer.status == 403 && answer.body["error"]["code"] == "keys_off" {
            true => {
                skip("this server requires no API keys, and without them has no such endpoint (keys_off)")
            }
            false => Ok(()),
        }
    }

    /// Takes what was made so far out of memory.
    pub(crate) fn take_made(&self) -> Made {
        std::mem::take(&mut *lock(&self.made))
    }

    /// The sessions that have been ended so far.
    pub(crate) fn ended(&self) -> Vec<String> {
        lock(&self.made).ended.clone()
    }

    pub(crate) async fn get(&self, path: impl Into<String>) -> Outcome<Answer> {
        self.send(Request::get(path)).await
    }

    pub(crate) async fn post(&self, path: impl Into<String>, body: impl ToString) -> Outcome<Answer> {
        self.send(Request::post(path, body)).await
    }

    /// A new session with these fields: its id, and the answer.
    pub(crate) async fn create(&self, body: impl ToString) -> Outcome<(String, Answer)> {
        let answer = self.post(SESSIONS, body).await?;
        answer.ok()?;
        Ok((answer.string("/data/id")?, answer))
    }

    /// The id of a new session.
    pub(crate) async fn create_session(&self) -> Outcome<String> {
        Ok(self.create("{}").await?.0)
    }

    /// The body of an order for a session, or for none.
    pub(crate) fn order(&self, session: Option<&str>) -> Value {
        order_on(self.chain, session)
    }

    /// The answer to an order for a session, or for none.
    pub(crate) async fn create_order(&self, session: Option<&str>) -> Outcome<Answer> {
        self.post(ORDERS, self.order(session)).await
    }

    /// A new session with an order; their ids.
    pub(crate) async fn create_linked(&self) -> Outcome<(String, String)> {
        let session = self.create_session().await?;
        let answer = self.create_order(Some(&session)).await?;
        answer.ok()?;
        Ok((session, answer.string("/data/id")?))
    }

    pub(crate) async fn read_session(&self, id: &str) -> Outcome<Answer> {
        let answer = self.get(format!("{SESSIONS}/{id}")).await?;
        answer.ok()?;
        Ok(answer)
    }

    pub(crate) async fn read_order(&self, id: &str) -> Outcome<Answer> {
        let answer = self.get(format!("{ORDERS}/{id}")).await?;
        answer.ok()?;
        Ok(answer)
    }

    pub(crate) async fn expire(&self, id: &str) -> Outcome<Answer> {
        self.send(Request::new(Method::POST, format!("{SESSIONS}/{id}/expire"))).await
    }
}

/// An order that every deployment with this chain accepts: a payment of native money that stays there.
pub(crate) fn order_on(chain: u64, session: Option<&str>) -> Value {
    json!({
        "type": "swap",
        "recipientAddress": RECIPIENT,
        "srcChain": chain,
        "dstChain": chain,
        "srcTokenAddress": NATIVE_TOKEN,
        "dstTokenAddress": NATIVE_TOKEN,
        "srcAmount": "1000000",
        "payload": {"expectedDstAmount": "1000000"},
        "checkoutSessionId": session,
    })
}

fn no_answer(NoAnswer { request, cause }: NoAnswer) -> Failure {
    Failure { expected: "an answer".to_owned(), got: cause, request }
}

/// Text that nobody else uses: 32 hex digits.
pub(crate) fn fresh() -> String {
    format!("{:032x}", random_bits())
}

/// An id that no session and no order has, of the form that `openapi.yaml` gives to sessions (UUID version 8).
pub(crate) fn unknown_id() -> String {
    let digits = fresh();
    let part = |range: std::ops::Range<usize>| digits.get(range).unwrap_or_default();
    format!("{}-{}-8{}-8{}-{}", part(0..8), part(8..12), part(13..16), part(17..20), part(20..32))
}

/// An address that nobody else uses.
pub(crate) fn fresh_address() -> String {
    format!("0x{}{:08x}", fresh(), random_bits() >> 96)
}
