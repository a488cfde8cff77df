//! The log while a message is sent, by this crate and by its dependencies. The only test here, since a process has one
//! log.
#![allow(clippy::unwrap_used, reason = "this is test code")]

mod support;

use std::sync::Mutex;

use delivery::{Message, Reach, Sender};
use log::{LevelFilter, Log, Metadata, Record};
use support::Endpoint;

struct Lines(Mutex<Vec<String>>);

static LINES: Lines = Lines(Mutex::new(Vec::new()));

impl Log for Lines {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn log(&self, record: &Record<'_>) {
        self.0.lock().unwrap().push(format!("{} {}", record.target(), record.args()));
    }

    fn flush(&self) {}
}

#[tokio::test]
async fn no_line_of_the_log_tells_of_the_url_the_message_or_the_secret() {
    log::set_logger(&LINES).unwrap();
    log::set_max_level(LevelFilter::Trace);
    let secret = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD";
    let message = Message {
        id: "message-marker",
        sent_at: 1_674_087_231,
        body: r#""body-marker""#,
        secrets: &[secret],
    };
    let mut endpoint = Endpoint::new().await;
    let arrived = endpoint.receive("/path-marker?token=query-marker", &message).await;
    let signature = arrived.headers["webhook-signature"].to_str().unwrap();

    // The failures: no listener, no TLS, no URL, no permission.
    let sender = Sender::new(Reach::Anywhere).unwrap();
    let mut outcomes = Vec::new();
    let tls = endpoint.url.replace("http:", "https:");
    for host in ["http://127.0.0.1:9", tls.as_str(), "nonsense"] {
        outcomes.push(sender.send(&format!("{host}/path-marker?token=query-marker"), &message).await);
    }
    let url = "https://127.0.0.1/path-marker?token=query-marker";
    outcomes.push(Sender::new(Reach::PublicHttps).unwrap().send(url, &message).await);

    let lines = LINES.0.lock().unwrap();
    assert!(
        lines.iter().any(|line| line.contains("starting new connection")),
        "the dependencies log nothing: {lines:?}"
    );
    let told = format!("{lines:?} {outcomes:?} {sender:?}");
    for marker in ["marker", "C2FVsBQI", signature] {
        assert!(!told.contains(marker), "{marker} in {told}");
    }
}
