//! The functions' events: the samples in `events/`, with the ids of existing subjects, new ones for each invoke, so
//! that no invoke finds its work done already.

use std::collections::BTreeSet;

use anyhow::{Context as _, Result, anyhow, ensure};
use axum::body::Bytes;
use serde_json::{Value, json};
use shared::{
    checkout::{CheckoutStore, Kept, Order, OrderRequest, Session, parse_new_session},
    edge::{Clock, Settings, random_bits},
    kernel::{OrderId, SessionId},
    keys::Caller,
};
use uuid::Uuid;

use crate::{engine::Engine, operation::Operation};

/// The ids in the samples.
const SAMPLE_SESSION: &str = "0b2f6d1c-5a3e-8f47-9c1c-0199a3c0d5e8";
const SAMPLE_ORDER: &str = "5392f7a7-d472-4d6b-9848-bd07117fb82d";

/// The number of orders that `GET /orders` finds: a page, as in the sample.
const LISTED_ORDERS: usize = 20;

/// An event for a function.
pub(crate) struct Event {
    /// The invoke's request id.
    pub(crate) id: String,
    /// The event itself.
    pub(crate) json: Bytes,
}

/// Creates the events of one function, and their subjects.
pub(crate) struct Workload {
    operation: Operation,
    template: String,
    store: CheckoutStore,
    settings: Settings,
    clock: Clock,
}

impl Workload {
    /// Prepares events for `operation` on the engine's tables.
    pub(crate) async fn new(operation: Operation, engine: &Engine) -> Result<Self> {
        let workload = Self {
            operation,
            template: template(operation)?,
            store: engine.store()?,
            settings: Settings::from_env()?,
            clock: Clock::default(),
        };
        if operation == Operation::ListOrders {
            for _ in 0..LISTED_ORDERS {
                workload.make_order(None, true).await?;
            }
        }
        Ok(workload)
    }

    /// Creates `count` events that have not been used before.
    pub(crate) async fn events(&self, count: usize) -> Result<Vec<Event>> {
        let mut events = Vec::with_capacity(count);
        for _ in 0..count {
            let json = self.event().await?.into();
            events.push(Event { id: Uuid::from_u128(random_bits()).to_string(), json });
        }
        Ok(events)
    }

    /// Checks that a function succeeded.
    pub(crate) fn check(&self, answer: &Bytes) -> Result<()> {
        let parsed: Value = serde_json::from_slice(answer)?;
        let done = match self.operation {
            Operation::RecordPayment => parsed.pointer("/batchItemFailures") == Some(&Value::Array(vec![])),
            operation => match parsed.pointer("/statusCode").and_then(Value::as_u64) {
                Some(200..300) => true,
                Some(404) => operation == Operation::NotFound,
                _ => false,
            },
        };
        ensure!(done, "{}: unexpected answer {}", self.operation.name(), String::from_utf8_lossy(answer));
        Ok(())
    }

    async fn event(&self) -> Result<String> {
        match self.operation {
            Operation::CreateSession | Operation::ListOrders | Operation::NotFound => {
                Ok(self.template.clone())
            }
            Operation::GetSession | Operation::ExpireSession | Operation::CreateOrder => {
                let session = self.make_session().await?;
                self.filled_in(SAMPLE_SESSION, &session.to_string())
            }
            Operation::CheckoutPage => {
                let session = self.make_session_with_terms().await?;
                self.filled_in(SAMPLE_SESSION, &session.to_string())
            }
            Operation::GetOrder | Operation::RecordPayment => {
                let session = self.make_session().await?;
                let order = self.make_order(Some(session), false).await?;
                self.filled_in(SAMPLE_ORDER, &order.to_string())
            }
        }
    }

    fn filled_in(&self, sample: &str, id: &str) -> Result<String> {
        ensure!(self.template.contains(sample), "the sample event does not name {sample}");
        Ok(self.template.replace(sample, id))
    }

    /// Creates a session, as in the sample event.
    async fn make_session(&self) -> Result<SessionId> {
        self.make_session_of(&sample_body(Operation::CreateSession)?).await
    }

    /// Creates the same session with the payment terms that its page offers.
    async fn make_session_with_terms(&self) -> Result<SessionId> {
        let mut body: Value = serde_json::from_str(&sample_body(Operation::CreateSession)?)?;
        body.as_object_mut()
            .context("the sample body is not an object")?
            .insert("payment".to_owned(), terms());
        self.make_session_of(&body.to_string()).await
    }

    async fn make_session_of(&self, body: &str) -> Result<SessionId> {
        let wanted = parse_new_session(body, &self.settings)?;
        let session = Session::open(wanted, PUBLIC_URL.to_owned(), random_bits(), self.clock.now());
        self.store.create_session(&session, self.settings.retention_millis, None).await?;
        Ok(session.id)
    }

    /// Creates an order, as in the sample event; in its creator's list only if `listed`.
    async fn make_order(&self, session: Option<SessionId>, listed: bool) -> Result<OrderId> {
        let mut terms = OrderRequest::parse(&sample_body(Operation::CreateOrder)?, &Caller::Anyone)?.terms;
        terms.creator_address = terms.creator_address.filter(|_| listed);
        let (id, now) = (OrderId::new(random_bits()), self.clock.now());
        let address = self.settings.deposit_addresses.derive(id, terms.src_chain, &terms.recipient_address);
        let order = Order::new(id, session, terms, address, now, self.settings.detection_window_millis);
        let kept = Kept { watched: BTreeSet::new(), retention_millis: self.settings.retention_millis };
        self.store.create_order(&order, &kept, None, random_bits(), now).await?;
        Ok(id)
    }
}

/// Payment terms with three options, two of them in tokens with built-in descriptions.
fn terms() -> Value {
    json!({
        "recipient_address": "0xa7539d73700b1726ebe1eef9d4d8ccdf3f4e3b44",
        "options": [
            {"chain": 8453, "token_address": "0x833589fcd6edb6e08f4c7c32d4f71b54bda02913", "amount": "19990000"},
            {"chain": 1, "token_address": "0xa0b86991c6218b36c1d19d4a2e9eb0ce3606eb48", "amount": "19990000"},
            {"chain": 8453, "token_address": "0x0000000000000000000000000000000000000000", "amount": "6500000000000001"},
        ],
    })
}

/// A public URL of the usual length.
const PUBLIC_URL: &str = "https://abcdef1234.execute-api.us-east-1.amazonaws.com";

/// The sample event, reduced to the cost of the bare function's one call.
fn template(operation: Operation) -> Result<String> {
    let mut event: Value = serde_json::from_str(operation.sample())?;
    let fields = event.as_object_mut().context("the sample event is not an object")?;
    match operation {
        // With `include=order` it would read the order too.
        Operation::GetSession => {
            fields.remove("queryStringParameters");
            fields.insert("rawQueryString".to_owned(), "".into());
        }
        // With a creator it would write an entry of the creator's list too.
        Operation::CreateOrder => {
            let mut body: Value = serde_json::from_str(&sample_body(operation)?)?;
            body.as_object_mut().context("the sample body is not an object")?.remove("creatorAddress");
            fields.insert("body".to_owned(), body.to_string().into());
        }
        _ => {}
    }
    Ok(event.to_string())
}

fn sample_body(operation: Operation) -> Result<String> {
    let event: Value = serde_json::from_str(operation.sample())?;
    let body = event.get("body").and_then(Value::as_str);
    body.map(str::to_owned).ok_or_else(|| anyhow!("the sample event of {} has no body", operation.name()))
}
