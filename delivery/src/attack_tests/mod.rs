//! Attacks by endpoints and their name servers, all on loopback.

mod addresses;
mod answers;
mod peer;
mod tls;

use std::{
    io,
    net::IpAddr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use crate::{
    Message, Outcome, Reach, Sender,
    endpoint::Gate,
    resolver::Lookup,
    sender::{Limits, Parts},
};

const MESSAGE: Message<'_> = Message {
    id: "msg_1",
    sent_at: 1_700_000_000,
    body: r#"{"type":"order.paid"}"#,
    secrets: &["whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"],
};

/// For peers that hang: any of these limits ends the attempt soon.
const SHORT: Limits = Limits {
    connect: Duration::from_millis(150),
    total: Duration::from_millis(300),
    body: Duration::from_millis(150),
};

/// For limits that a test must not reach.
const FAR: Duration = Duration::from_secs(600);

/// A sender's parts, for tests to change. No name resolves.
fn parts(reach: Reach) -> Parts {
    let lookup = resolving(|_| Err(io::ErrorKind::NotFound.into()));
    Parts { gate: Gate::new(reach), limits: Limits::USUAL, lookup, roots: Vec::new() }
}

fn sender(parts: Parts) -> Sender {
    Sender::of(parts).unwrap()
}

/// The outcome of a message to a URL, with the usual parts.
async fn send(reach: Reach, url: &str) -> Outcome {
    sender(parts(reach)).send(url, &MESSAGE).await
}

/// Answers the nth lookup with `answer(n)`.
fn resolving(answer: impl Fn(usize) -> io::Result<Vec<IpAddr>> + Send + Sync + 'static) -> Lookup {
    let lookups = AtomicUsize::new(0);
    Arc::new(move |_| {
        let answer = answer(lookups.fetch_add(1, Ordering::SeqCst));
        Box::pin(async move { answer })
    })
}

/// Answers each lookup with these addresses.
fn resolving_to(addresses: &[&str]) -> Lookup {
    let addresses: Vec<IpAddr> = addresses.iter().map(|address| address.parse().unwrap()).collect();
    resolving(move |_| Ok(addresses.clone()))
}

/// The outcome of an attempt that ends by one of the limits in [`SHORT`], not by a [`FAR`] one.
async fn soon<T>(attempt: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(20), attempt).await.expect("something ends it sooner")
}
