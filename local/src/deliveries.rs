//! Delivering webhooks beside the API: what queues do in the cloud is done here.

use std::{
    mem,
    sync::{Mutex, MutexGuard, OnceLock, PoisonError},
    time::{Duration, Instant},
};

use shared::App;
use webhooks::{Courier, DeliveryQueue, Handing, Notice, Reach, Sender, Worker};

use crate::server::BoxError;

/// How long a worker goes on before it looks whether there is anything else.
const WORKED: Duration = Duration::from_secs(30);

/// The queues, in memory.
#[derive(Debug, Default)]
pub struct Queues {
    notices: Mutex<Vec<Notice>>,
    given_up: Mutex<Vec<Notice>>,
}

impl Queues {
    /// Takes out what endpoints have something due.
    pub(crate) fn take(&self) -> Vec<Notice> {
        let mut notices = mem::take(&mut *lock(&self.notices));
        notices.sort_by_key(|notice| (notice.endpoint, notice.delivery.clone()));
        notices.dedup();
        notices
    }

    /// The deliveries that have failed for good.
    pub fn given_up(&self) -> Vec<Notice> {
        lock(&self.given_up).clone()
    }
}

impl DeliveryQueue for Queues {
    fn notify<'a>(&'a self, notices: &'a [Notice]) -> Handing<'a> {
        lock(&self.notices).extend_from_slice(notices);
        Box::pin(async { Ok(()) })
    }

    fn give_up<'a>(&'a self, notice: &'a Notice) -> Handing<'a> {
        lock(&self.given_up).push(notice.clone());
        Box::pin(async { Ok(()) })
    }
}

fn lock(notices: &Mutex<Vec<Notice>>) -> MutexGuard<'_, Vec<Notice>> {
    notices.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A courier for an app. Servers of one process share what sends: making it reads the machine's certificates.
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

/// Delivers what is due at a notice's endpoint. Failures are logged.
pub(crate) async fn deliver(worker: Worker, notice: Notice) {
    if let Err(error) = worker.work(&notice, Instant::now() + WORKED).await {
        shared::http::log_failure(&notice.endpoint.to_string(), &error);
    }
}
