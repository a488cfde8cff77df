//! The setting of WalletConnect, with which the hosted page reaches wallets on other devices.

use fluent_uri::Uri;
use serde::{Deserialize, Serialize};

/// The relay of a document that names none.
const PUBLIC_RELAY: &str = "wss://relay.walletconnect.org";

/// The longest URL, in characters.
const MAX_CHARS: usize = 250;

/// The hosts of this machine, to which no TLS is needed.
const LOOPBACK: [&str; 2] = ["127.0.0.1", "localhost"];

/// WalletConnect, as an operator has set it up. The page's script reads it as JSON.
///
/// Both URLs become parts of a Content-Security-Policy. So they have only characters that mean nothing there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct WalletConnect {
    /// The operator's project at the relay. It is public.
    project_id: String,
    /// The URL of the module that speaks WalletConnect.
    script: String,
    /// The relay's origin.
    relay: String,
}

/// The document as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    project_id: String,
    script: String,
    relay: Option<String>,
}

impl WalletConnect {
    /// Reads the JSON document of the setting.
    ///
    /// # Errors
    /// The field and the rule that it breaks. No value is in it.
    pub fn parse(document: &str) -> Result<Self, &'static str> {
        let Document { project_id, script, relay } = serde_json::from_str(document)
            .map_err(|_| "must be a JSON object of the texts project_id, script and, if wanted, relay")?;
        if project_id.len() != 32 || !project_id.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err("project_id must be 32 hex digits");
        }
        let (_, path) = split(&script, ["https", "http"]).ok_or(
            "script must be an https URL of at most 250 letters, digits and -._~:/ (http on this machine)",
        )?;
        // A policy takes a folder for everything in it, and an origin for everything there.
        if path.is_empty() || path.ends_with('/') {
            return Err("script must name a file");
        }
        let relay = relay.as_deref().unwrap_or(PUBLIC_RELAY);
        let (relay, _) = split(relay, ["wss", "ws"])
            .filter(|(_, path)| matches!(*path, "" | "/"))
            .ok_or("relay must be wss and a host, without a path (ws on this machine)")?;
        Ok(Self { project_id, relay: relay.to_owned(), script })
    }

    /// The URL of the module that speaks WalletConnect.
    pub fn script(&self) -> &str {
        &self.script
    }

    /// The relay's origin.
    pub fn relay(&self) -> &str {
        &self.relay
    }
}

/// The origin and the path of a URL: with the first scheme, or with the second one on this machine.
fn split<'a>(url: &'a str, [secure, plain]: [&str; 2]) -> Option<(&'a str, &'a str)> {
    let known = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~:/".contains(&byte);
    if url.len() > MAX_CHARS || !url.bytes().all(known) {
        return None;
    }
    let uri = Uri::parse(url).ok()?;
    let authority = uri.authority()?;
    let (scheme, host) = (uri.scheme().as_str(), authority.host());
    let is_allowed = match scheme == plain {
        true => LOOPBACK.contains(&host),
        false => scheme == secure && !host.is_empty() && !host.contains(['_', '~']),
    };
    // An empty port, or one beyond 65535, is in no policy.
    let has_port = authority.port().is_none_or(|port| port.as_str().parse::<u16>().is_ok());
    (is_allowed && has_port).then(|| url.split_at(url.len() - uri.path().as_str().len()))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const PROJECT: &str = "0123456789abcdef0123456789ABCDEF";
    const SCRIPT: &str = "https://shop.example/walletconnect.js";

    fn parse(script: &str, relay: &str) -> Result<WalletConnect, &'static str> {
        WalletConnect::parse(&json!({"project_id": PROJECT, "script": script, "relay": relay}).to_string())
    }

    #[test]
    fn a_document_without_a_relay_has_the_public_one() {
        let parsed =
            WalletConnect::parse(&json!({"project_id": PROJECT, "script": SCRIPT}).to_string()).unwrap();
        assert_eq!(
            serde_json::to_value(&parsed).unwrap(),
            json!({"project_id": PROJECT, "script": SCRIPT, "relay": "wss://relay.walletconnect.org"})
        );
    }

    #[test]
    fn the_urls_are_one_file_and_one_origin() {
        let parsed = parse("https://a-1.example:8443/x/y_~.js", "wss://relay.example:444/").unwrap();
        assert_eq!(
            (parsed.script(), parsed.relay()),
            ("https://a-1.example:8443/x/y_~.js", "wss://relay.example:444")
        );
        let local = parse("http://127.0.0.1:9/w.js", "ws://localhost:9").unwrap();
        assert_eq!((local.script(), local.relay()), ("http://127.0.0.1:9/w.js", "ws://localhost:9"));
    }

    #[test]
    fn nothing_else_gets_into_a_policy() {
        let long = format!("https://shop.example/{}.js", "a".repeat(250));
        for script in [
            "",
            "/w.js",
            "w.js",
            "http://shop.example/w.js",
            "http://127.0.0.1.example/w.js",
            "HTTPS://shop.example/w.js",
            "data:text/javascript,1",
            "https:///w.js",
            "https://*/w.js",
            "https://u@shop.example/w.js",
            "https://shop.example/w.js?v=1",
            "https://shop.example/w.js#v",
            "https://shop.example/w.js; script-src *",
            "https://shop.example/w.js,x",
            "https://shop.example/'unsafe-inline'.js",
            "https://shop.example/%2e/w.js",
            "https://shop.exämple/w.js",
            "https://shop_1.example/w.js",
            "https://[::1]/w.js",
            "https://shop.example:/w.js",
            "https://shop.example:65536/w.js",
            &long,
        ] {
            let problem = parse(script, "wss://relay.example").unwrap_err();
            assert!(problem.starts_with("script must be an https URL"), "{script}: {problem}");
        }
        for script in ["https://shop.example", "https://shop.example/", "https://shop.example/scripts/"] {
            assert_eq!(parse(script, "wss://relay.example"), Err("script must name a file"), "{script}");
        }
        for relay in [
            "",
            "relay.example",
            "https://relay.example",
            "ws://relay.example",
            "wss://relay.example/v2",
            "wss:///",
        ] {
            let problem = parse(SCRIPT, relay).unwrap_err();
            assert!(problem.starts_with("relay must be wss"), "{relay}: {problem}");
        }
    }

    #[test]
    fn a_document_of_another_form_is_refused() {
        let short = json!({"project_id": "0123", "script": SCRIPT});
        let no_hex = json!({"project_id": "g".repeat(32), "script": SCRIPT});
        for document in [short, no_hex] {
            assert_eq!(WalletConnect::parse(&document.to_string()), Err("project_id must be 32 hex digits"));
        }
        let unknown = json!({"project_id": PROJECT, "script": SCRIPT, "relays": []});
        let number = json!({"project_id": 1, "script": SCRIPT});
        for document in [unknown, number, json!({"project_id": PROJECT}), json!([]), json!("on")] {
            let problem = WalletConnect::parse(&document.to_string()).unwrap_err();
            assert!(problem.starts_with("must be a JSON object"), "{document}: {problem}");
        }
    }
}
