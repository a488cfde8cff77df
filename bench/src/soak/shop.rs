//! Merchants and buyers: stories of every kind, played by clients that retry until they have an answer, and the
//! expected result of each.

use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use fastrand::Rng;
use futures_util::future::join_all;
use serde_json::{Value, json};
use tests::client::{SHOP, USDC, deposit, executed, order};
use uuid::Uuid;

/// The plot of a story.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Plot {
    /// No buyer comes, and it expires.
    Left,
    /// The merchant expires it.
    EndedByHand,
    /// It gets an order that nobody pays.
    Unpaid,
    /// It is paid and executed.
    Sold,
    /// The same, after eight orders at once, of which one wins.
    Raced,
    /// It is paid by another option than its order was created with.
    Elsewhere,
    /// It is paid, and less arrives than its payment terms ask for.
    ShortDelivery,
    /// It is paid in parts, and in excess.
    Split,
    /// It is paid in part only.
    Short,
    /// It is paid too late.
    Late,
    /// It is paid, and fails.
    Failed,
    /// It is paid and refunded.
    Refunded,
    /// An order without a session is paid and executed.
    Alone,
}

/// A story in progress.
#[derive(Debug, Clone)]
pub(crate) struct Story {
    pub(crate) plot: Plot,
    /// Its session's id, or that of an order without one.
    pub(crate) subject: String,
    pub(crate) order: Option<String>,
}

/// A merchant's client.
#[derive(Clone)]
pub(crate) struct Shop {
    pub(crate) url: String,
    pub(crate) key: String,
    pub(crate) http: reqwest::Client,
}

pub(crate) const PLOTS: [Plot; 13] = [
    Plot::Left,
    Plot::EndedByHand,
    Plot::Unpaid,
    Plot::Sold,
    Plot::Raced,
    Plot::Elsewhere,
    Plot::ShortDelivery,
    Plot::Split,
    Plot::Short,
    Plot::Late,
    Plot::Failed,
    Plot::Refunded,
    Plot::Alone,
];

/// USDC on Ethereum.
const ETHEREUM_USDC: &str = "0xa0b86991c6218b36c1d19d4a2e9eb0ce3606eb48";

/// The number of retries of a request without an answer, or with a temporary failure.
const TRIES: usize = 60;

impl Shop {
    /// Sends a request until it has a final answer. Returns its status and its `data` or `error`.
    pub(crate) async fn ask(&self, method: &str, path: &str, body: &Value) -> Result<(u16, Value)> {
        let key = Uuid::now_v7().to_string();
        for _ in 0..TRIES {
            let request = self.http.request(method.parse()?, format!("{}{path}", self.url));
            let request = request.header("x-api-key", &self.key).header("idempotency-key", &key);
            if let Ok(answer) = request.body(body.to_string()).send().await {
                let status = answer.status().as_u16();
                if status < 500 && status != 429 {
                    let mut answer: Value = answer.json().await?;
                    let part = if status == 200 { "data" } else { "error" };
                    return Ok((status, answer[part].take()));
                }
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        bail!("{method} {path} gets no answer");
    }

    pub(crate) async fn get(&self, path: &str) -> Result<Value> {
        match self.ask("GET", path, &Value::Null).await? {
            (200, data) => Ok(data),
            (status, error) => bail!("GET {path}: {status} {error}"),
        }
    }

    async fn post(&self, path: &str, body: &Value) -> Result<Value> {
        match self.ask("POST", path, body).await? {
            (200, data) => Ok(data),
            (status, error) => bail!("POST {path}: {status} {error}"),
        }
    }

    /// Plays a story up to the point where only time passes.
    pub(crate) async fn play(&self, plot: Plot, random: &mut Rng, now: impl Fn() -> i64) -> Result<Story> {
        if plot == Plot::Alone {
            let order = text(&self.post("/orders", &order(None)).await?["id"])?;
            self.tell(&order, paid_and_executed(now()), random).await?;
            return Ok(Story { plot, subject: order.clone(), order: Some(order) });
        }
        // A session to be paid lives longer than all of this takes.
        let lifetime = if matches!(plot, Plot::Left | Plot::Unpaid | Plot::Late) { 300 } else { 86_400 };
        let mut wanted =
            json!({"expires_in": lifetime, "metadata": {"plot": format!("{plot:?}"), "n": random.u32(..)}});
        if matches!(plot, Plot::Elsewhere | Plot::ShortDelivery) || random.bool() {
            wanted["payment"] = payment();
        }
        let subject = text(&self.post("/checkout-sessions", &wanted).await?["id"])?;
        match plot {
            Plot::Left => return Ok(Story { plot, subject, order: None }),
            Plot::EndedByHand => {
                // A retry after a lost answer finds it expired.
                let path = format!("/checkout-sessions/{subject}/expire");
                let (status, said) = self.ask("POST", &path, &json!({})).await?;
                anyhow::ensure!(matches!(status, 200 | 400), "{status} {said}");
                return Ok(Story { plot, subject, order: None });
            }
            _ => {}
        }
        let linked = match plot {
            Plot::Raced => self.race(&subject).await?,
            _ => text(&self.post("/orders", &order(Some(&subject))).await?["id"])?,
        };
        self.tell(&linked, evidence(plot, now()), random).await?;
        Ok(Story { plot, subject, order: Some(linked) })
    }

    /// Eight orders for one session at once: one is created, and the others name it.
    async fn race(&self, session: &str) -> Result<String> {
        let body = order(Some(session));
        let answers = join_all((0..8).map(|_| self.ask("POST", "/orders", &body))).await;
        let mut made = Vec::new();
        let mut named = Vec::new();
        for answer in answers {
            match answer? {
                (200, data) => made.push(text(&data["id"])?),
                (409, error) => named.push(text(&error["orderId"])?),
                (status, error) => bail!("a raced order: {status} {error}"),
            }
        }
        let [winner] = made.as_slice() else { bail!("{} orders for one session", made.len()) };
        anyhow::ensure!(named.iter().all(|name| name == winner), "losers name another order than the winner");
        Ok(winner.clone())
    }

    /// Sends all of the evidence, in any order, some of it twice.
    pub(crate) async fn tell(&self, order: &str, mut pieces: Vec<Value>, random: &mut Rng) -> Result<()> {
        for piece in &mut pieces {
            piece["id"] = format!("{}-{order}", text(&piece["id"])?).into();
        }
        let again: Vec<_> = pieces.iter().filter(|_| random.usize(..4) == 0).cloned().collect();
        pieces.extend(again);
        random.shuffle(&mut pieces);
        for piece in pieces {
            self.post(&format!("/test-helpers/orders/{order}/evidence"), &piece).await?;
        }
        Ok(())
    }
}

pub(crate) fn text(value: &Value) -> Result<String> {
    Ok(value.as_str().context("no text")?.to_owned())
}

/// Terms of a million base units of USDC, on Base or on Ethereum.
fn payment() -> Value {
    json!({"recipient_address": SHOP, "tolerance_bps": 50, "options": [
        {"chain": 8453, "token_address": USDC, "amount": "1000000"},
        {"chain": 1, "token_address": ETHEREUM_USDC, "amount": "1000000"},
    ]})
}

/// Checks that a complete session was paid, and with payment terms by one of their options.
pub(crate) fn check_paid(session: &Value) -> Result<()> {
    let (payment, paid) = (&session["payment"], &session["paid"]);
    anyhow::ensure!(paid.is_object() == (session["status"] == "complete"), "paid is {paid}");
    if payment.is_null() || paid.is_null() {
        return Ok(());
    }
    anyhow::ensure!(paid["recipient_address"] == payment["recipient_address"], "another recipient was paid");
    let options = payment["options"].as_array().context("no options")?;
    let is_paid = |it: &&Value| it["chain"] == paid["chain"] && it["token_address"] == paid["token_address"];
    let option = options.iter().find(is_paid).context("no option was paid")?;
    let amount = |value: &Value| text(value)?.parse::<u64>().context("no amount");
    let least = amount(&option["amount"])? * (10_000 - payment["tolerance_bps"].as_u64().unwrap_or(0));
    anyhow::ensure!(amount(&paid["amount"])? * 10_000 >= least, "less was paid than the option asks for");
    Ok(())
}

fn paid_and_executed(now: i64) -> Vec<Value> {
    vec![deposit("a", 1_000_000, now), executed("x", now)]
}

fn evidence(plot: Plot, now: i64) -> Vec<Value> {
    let full = || deposit("a", 1_000_000, now);
    match plot {
        Plot::Sold | Plot::Raced => paid_and_executed(now),
        Plot::Elsewhere => {
            let mut pieces = paid_and_executed(now);
            for piece in &mut pieces {
                piece["chain"] = 1.into();
            }
            if let Some(deposit) = pieces.first_mut() {
                deposit["token"] = ETHEREUM_USDC.into();
            }
            pieces
        }
        Plot::ShortDelivery => {
            let mut short = executed("x", now);
            short["amount"] = "994999".into();
            vec![full(), short]
        }
        Plot::Split => vec![
            deposit("a", 400_000, now),
            deposit("b", 600_000, now + 1),
            deposit("c", 50_000, now + 2),
            executed("x", now + 3),
        ],
        Plot::Short => vec![deposit("a", 400_000, now)],
        Plot::Failed => {
            vec![full(), json!({"id": "f", "kind": "failure", "occurredAt": now + 1, "detail": "no route"})]
        }
        Plot::Refunded => vec![
            full(),
            json!({"id": "r", "kind": "refunding", "occurredAt": now + 1, "detail": "no route"}),
            json!({"id": "s", "kind": "refund", "occurredAt": now + 2, "chain": 8453, "txHash": "0xs",
                   "amount": "1000000", "status": "success"}),
        ],
        _ => Vec::new(),
    }
}

/// The expected end of a story: its subject's status, and the numbers of events for payments that count and for late
/// ones.
pub(crate) fn ending(plot: Plot) -> (&'static str, usize, usize) {
    match plot {
        Plot::Left | Plot::EndedByHand | Plot::Unpaid => ("expired", 0, 0),
        Plot::Sold | Plot::Raced | Plot::Elsewhere => ("complete", 1, 0),
        Plot::Split => ("complete", 3, 0),
        Plot::Short => ("expired", 1, 0),
        Plot::Late => ("expired", 0, 1),
        Plot::Failed | Plot::Refunded | Plot::ShortDelivery => ("expired", 1, 0),
        Plot::Alone => ("executed", 1, 0),
    }
}
