//! The Content-Security-Policy of a page: nothing but what is in the page itself, by hash, and what the operator has set
//! up.

use base64::{Engine as _, prelude::BASE64_STANDARD};
use sha2::{Digest as _, Sha256};
use shared::edge::WalletConnect;

/// The policy of a page with these styles and this script, which shows an image from `image_origin`. The script may load
/// the module of WalletConnect, and that may reach its relay: an import needs no Trusted Type, so none is allowed.
pub(crate) fn policy(
    styles: &[&str],
    script: &str,
    image_origin: Option<&str>,
    wallet_connect: Option<&WalletConnect>,
) -> String {
    let styles: Vec<_> = styles.iter().map(|style| hash(style)).collect();
    let source = |url: Option<&str>| url.map(|url| format!(" {url}")).unwrap_or_default();
    let images = source(image_origin);
    let module = source(wallet_connect.map(WalletConnect::script));
    let relay = source(wallet_connect.map(WalletConnect::relay));
    [
        "default-src 'none'".to_owned(),
        format!("style-src {}", styles.join(" ")),
        format!("script-src {}{module}", hash(script)),
        format!("img-src data:{images}"),
        format!("connect-src 'self'{relay}"),
        "form-action 'self'".to_owned(),
        "base-uri 'none'".to_owned(),
        "frame-ancestors 'none'".to_owned(),
        "require-trusted-types-for 'script'".to_owned(),
        "trusted-types 'none'".to_owned(),
    ]
    .join("; ")
}

fn hash(text: &str) -> String {
    format!("'sha256-{}'", BASE64_STANDARD.encode(Sha256::digest(text)))
}

/// The origin of an https URL; `None` for one that could add anything else to a policy.
pub(crate) fn origin(url: &str) -> Option<&str> {
    let rest = url.strip_prefix("https://")?;
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b".-:[]".contains(&byte);
    let fits = !host.is_empty() && host.bytes().all(plain);
    fits.then(|| url.get(.."https://".len() + host.len())).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_nothing_but_an_origin() {
        assert_eq!(origin("https://shop.example/a.png?x#y"), Some("https://shop.example"));
        assert_eq!(origin("https://shop.example:8443"), Some("https://shop.example:8443"));
        assert_eq!(origin("https://[::1]/a"), Some("https://[::1]"));
        for bad in [
            "http://shop.example/",
            "https://a;script-src *",
            "https://*/",
            "https://u@shop.example/",
            "https:///x",
        ] {
            assert_eq!(origin(bad), None, "{bad}");
        }
    }
}
