//! Attempts deliveries, and stores the outcomes.

use shared::{
    App, Error, Result,
    edge::random_bits,
    feed::with_cursor,
    kernel::RawJson,
    webhooks::{Attempt, Delivery, DeliveryWrite, Endpoint, Occasion},
};

use crate::{Message, Reach, Sender};

type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// The most conflicts while an attempt is stored: a delivery has few other writers.
const MAX_CONFLICT_RETRIES: usize = 10;

/// The status by which an endpoint asks for no more messages (Standard Webhooks).
const GONE: u16 = 410;

/// The error of an attempt without a message: its event is missing or damaged.
const EVENT_UNREADABLE: &str = "event_unreadable";

/// Sends messages to endpoints.
#[derive(Clone)]
pub struct Courier {
    pub(crate) app: App,
    sender: Sender,
}

impl Reach {
    /// The reach that an app's settings allow.
    pub fn of(app: &App) -> Self {
        if app.settings.webhooks_anywhere { Self::Anywhere } else { Self::PublicHttps }
    }
}

impl Courier {
    /// Creates a courier for the app's deliveries.
    ///
    /// # Errors
    /// If the machine's certificates cannot be used.
    pub fn new(app: App) -> Result<Self, BoxError> {
        Ok(Self { sender: Sender::new(Reach::of(&app))?, app })
    }

    /// Creates a courier with an existing sender.
    pub fn with_sender(app: App, sender: Sender) -> Self {
        Self { app, sender }
    }

    /// Makes one attempt by hand, and returns the delivery after it. A new delivery is stored only then. Two round
    /// trips, plus those of a conflict.
    ///
    /// # Errors
    /// [`Error::Unavailable`], [`Error::Internal`]. The attempt's own failure is in the delivery.
    pub async fn attempt_by_hand(&self, endpoint: &Endpoint, delivery: Delivery) -> Result<Delivery> {
        let attempt = self.attempt(endpoint, &delivery).await?;
        self.add_attempt(endpoint, delivery, attempt, Occasion::ByHand).await
    }

    /// Sends a delivery's message once.
    pub(crate) async fn attempt(&self, endpoint: &Endpoint, delivery: &Delivery) -> Result<Attempt> {
        let at = self.app.clock.now();
        let Some(body) = self.body(endpoint, delivery).await? else {
            // Counts as a failed attempt, so that the delivery fails in the end and holds up no other.
            let error = Some(EVENT_UNREADABLE.to_owned());
            return Ok(Attempt { at, status_code: None, error, duration_millis: 0 });
        };
        let message = Message {
            id: &delivery.event_id,
            sent_at: at.millis() / 1000,
            body: body.as_str(),
            secrets: &endpoint.secrets_at(at),
        };
        let outcome = self.sender.send(&endpoint.url, &message).await;
        if outcome.status == Some(GONE) {
            // Its merchant may have changed the URL meanwhile.
            let disable = |it: Endpoint| Endpoint { enabled: it.enabled && it.url != endpoint.url, ..it };
            self.app.webhooks.change_endpoint(&endpoint.owner, endpoint.id, disable).await?;
        }
        Ok(Attempt {
            at,
            status_code: outcome.status,
            error: outcome.error.map(|failure| failure.code().to_owned()),
            duration_millis: u64::try_from(outcome.duration.as_millis()).unwrap_or(u64::MAX),
        })
    }

    /// The message's body: a test event's own, or the event in the feed, if it can be read.
    async fn body(&self, endpoint: &Endpoint, delivery: &Delivery) -> Result<Option<RawJson>> {
        let Some(place) = &delivery.place else { return Ok(delivery.body.clone()) };
        let event = self.app.feed.event_at(&endpoint.owner, place).await?;
        Ok(event.and_then(|event| with_cursor(&event, &place.cursor.to_string()).ok()).map(RawJson::from))
    }

    /// Appends an attempt to a delivery, as it stands by then.
    pub(crate) async fn add_attempt(
        &self,
        endpoint: &Endpoint,
        mut delivery: Delivery,
        attempt: Attempt,
        occasion: Occasion,
    ) -> Result<Delivery> {
        for _ in 0..MAX_CONFLICT_RETRIES {
            let is_new = delivery.version == 0 && delivery.place.is_none();
            let after = delivery.clone().after(attempt.clone(), occasion, random_bits());
            let was = Some(&delivery).filter(|_| !is_new);
            match self.app.webhooks.write_delivery(endpoint.id, was, &after).await? {
                DeliveryWrite::Written => return Ok(after),
                DeliveryWrite::Stale => {}
            }
            let found = self.app.webhooks.delivery(endpoint.id, &delivery.id).await?;
            delivery = found.ok_or(Error::DeliveryNotFound)?;
        }
        Err(Error::Unavailable("a delivery changes faster than it can be read".into()))
    }
}
