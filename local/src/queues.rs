//! The stand-ins for the queues between functions that are not called over HTTP, and the sending of webhooks.

use std::{
    future::Future,
    mem,
    pin::Pin,
    sync::{Mutex, MutexGuard, OnceLock, PoisonError},
    time::{Duration, Instant},
};

use delivery::{Courier, DeliveryQueue, Handing, Notification, Reach, Sender, Worker};
use publish_events::Retries;
use shared::{App, kernel::Subject};

use crate::{policies::acting_as, server::BoxError};

/// The time that a worker continues before it reads other notifications.
const WORKED: Duration = Duration::from_secs(30);

/// The queues, in memory.
#[derive(Debug, Default)]
pub struct Queues {
    notifications: Mutex<Vec<Notification>>,
    given_up: Mutex<Vec<Notification>>,
    /// The subjects that could not be published.
    unpublished: Mutex<Vec<Subject>>,
}

impl Queues {
    /// Takes the notifications out of the queue.
    pub fn take_notifications(&self) -> Vec<Notification> {
        let mut notifications = mem::take(&mut *lock(&self.notifications));
        notifications.sort_by_key(|notification| (notification.endpoint, notification.delivery.clone()));
        notifications.dedup();
        notifications
    }

    /// Takes the unpublished subjects out of the queue.
    pub fn take_unpublished(&self) -> Vec<Subject> {
        mem::take(&mut *lock(&self.unpublished))
    }

    /// The deliveries that have failed.
    pub fn given_up(&self) -> Vec<Notification> {
        lock(&self.given_up).clone()
    }
}

impl DeliveryQueue for Queues {
    fn notify<'a>(&'a self, notifications: &'a [Notification]) -> Handing<'a> {
        lock(&self.notifications).extend_from_slice(notifications);
        Box::pin(async { Ok(()) })
    }

    fn give_up<'a>(&'a self, notification: &'a Notification) -> Handing<'a> {
        lock(&self.given_up).push(notification.clone());
        Box::pin(async { Ok(()) })
    }
}

impl Retries for Queues {
    fn send<'a>(
        &'a self,
        subjects: &'a [Subject],
    ) -> Pin<Box<dyn Future<Output = Result<(), BoxError>> + Send + 'a>> {
        lock(&self.unpublished).extend_from_slice(subjects);
        Box::pin(async { Ok(()) })
    }
}

fn lock<T>(queue: &Mutex<Vec<T>>) -> MutexGuard<'_, Vec<T>> {
    queue.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A courier for an app. Servers of one process share the sender: creating it reads the machine's certificates.
pub(crate) fn courier(app: &App) -> Result<Courier, BoxError> {
    static ANYWHERE: OnceLock<Sender> = OnceLock::new();
    static PUBLIC: OnceLock<Sender> = OnceLock::new();
    let reach = Reach::of(app);
    let shared = if reach == Reach::Anywhere { &ANYWHERE } else { &PUBLIC };
    let sender = match shared.get() {
        Some(sender) => sender.clone(),
        None => {
            let sender = Sender::new(reach)?;
            shared.get_or_init(|| sender).clone()
        }
    };
    Ok(Courier::with_sender(app.clone(), sender))
}

/// Sends the due deliveries of a notification's endpoint. Failures are logged.
pub(crate) async fn deliver(worker: Worker, notification: Notification) {
    let work = worker.work(&notification, Instant::now() + WORKED);
    if let Err(error) = acting_as("deliver-webhooks", work).await {
        shared::edge::log_failure(&notification.endpoint.to_string(), &error);
    }
}
