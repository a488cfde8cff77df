//! Prints messages as they arrive at an endpoint, one JSON object a line, with the verdict that a receiver should
//! reach. For `interop/verify.py`. The argument is the time, in seconds since the epoch.

#[path = "../tests/support/mod.rs"]
mod support;

use std::io::{self, Write as _};

use delivery::Message;
use serde_json::{Value, json};
use support::Endpoint;

const NEW: &str = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD";
const OLD: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const OLDEST: &str =
    "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIjJCUmJygpKissLS4vMDEyMzQ1Njc4OTo7PD0+Pw==";

const BODIES: [&str; 5] = [
    r#"{"type":"order.paid","data":{"amount":"1.00"}}"#,
    r#"{"name":"Zoë Åström","city":"東京","emoji":"💶👩‍👩‍👧","rtl":"שלום"}"#,
    "{ \"spaces\" : [ 1.0 , 1e3 ] ,\n\t\"escaped\": \"\\u00e9\\n\" }",
    "{}",
    r#"{"nul":"\u0000","quote":"\"","del":"\u007f"}"#,
];

/// The age of a message, in seconds, and true if a receiver should accept it.
const AGES: [(i64, bool); 4] = [(0, true), (120, true), (600, false), (-600, false)];

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let now: i64 = std::env::args()
        .nth(1)
        .ok_or("the argument must be the time, in seconds since the epoch")?
        .parse()?;
    let mut endpoint = Endpoint::new().await;
    for secrets in [&[NEW][..], &[NEW, OLD], &[OLDEST, NEW, OLD]] {
        for body in BODIES {
            for (age, fresh) in AGES {
                let message =
                    Message { id: "msg_2KWPBgLlAfxdpx2AI54pPJ85f4W", sent_at: now - age, body, secrets };
                let arrived = endpoint.receive("/", &message).await;
                let headers: Value = arrived
                    .headers
                    .iter()
                    .map(|(name, value)| (name.as_str(), value.to_str().ok()))
                    .collect();
                let body = std::str::from_utf8(&arrived.body)?;
                let line = json!({"secrets": secrets, "fresh": fresh, "headers": headers, "body": body});
                writeln!(io::stdout(), "{line}")?;
            }
        }
    }
    Ok(())
}
