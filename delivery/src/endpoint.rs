//! The allowed targets of messages, and the rules for their URLs.

use std::net::IpAddr;

use url::{Host, Url};

use crate::address::is_public;

/// The allowed targets of messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// Public addresses over https only: in the cloud.
    PublicHttps,
    /// Any address, also over http: on a developer's machine.
    Anywhere,
}

/// The broken rule of an endpoint's URL. Phrased to follow the field's name, and never repeats the URL.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadUrl {
    /// Longer than 2048 characters.
    #[error("must have at most {MAX_CHARS} characters")]
    TooLong,
    /// Relative, not a URL, or of another scheme.
    #[error("must be an absolute URL that begins with {}", schemes(*.0))]
    NotAbsolute(Reach),
    /// A user name or a password in it.
    #[error("must have no user name and no password")]
    UserInfo,
    /// A fragment, which is never sent.
    #[error("must have no fragment")]
    Fragment,
    /// A host that is not on the internet, judging by its name or address.
    #[error("must have a host that is on the public internet")]
    PrivateHost,
}

/// The longest URL, in characters.
const MAX_CHARS: usize = 2048;

/// Domains that are never on the internet (RFC 6761, RFC 6762, ICANN's resolution of July 2024).
const PRIVATE_DOMAINS: [&str; 3] = ["localhost", "local", "internal"];

/// The check that each message passes on its way out.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Gate {
    pub(crate) reach: Reach,
    /// Returns true for an address on the internet. A field, so that tests may count loopback as one.
    pub(crate) is_public: fn(IpAddr) -> bool,
}

/// Checks a URL when an endpoint is created or changed; [`Sender`](crate::Sender) checks it again.
///
/// A URL is absolute, with https (or http, with [`Reach::Anywhere`]), at most 2048 characters long, and has a host but
/// no user, password or fragment. With [`Reach::PublicHttps`] a host that is an address, in any spelling, must be a
/// public one, and a name must not be one of a local network. A name is resolved only when a message is sent. Any port
/// is allowed: nothing is sent to it before it has shown a certificate for the host.
///
/// # Errors
/// The broken rule.
pub fn check_url(url: &str, reach: Reach) -> Result<(), BadUrl> {
    Gate::new(reach).open(url).map(drop)
}

fn schemes(reach: Reach) -> &'static str {
    match reach {
        Reach::PublicHttps => "https://",
        Reach::Anywhere => "https:// or http://",
    }
}

impl Gate {
    pub(crate) fn new(reach: Reach) -> Self {
        Self { reach, is_public }
    }

    /// The URL, parsed as the client will parse it.
    pub(crate) fn open(&self, text: &str) -> Result<Url, BadUrl> {
        if text.chars().count() > MAX_CHARS {
            return Err(BadUrl::TooLong);
        }
        let not_absolute = BadUrl::NotAbsolute(self.reach);
        if !self.has_scheme(text) {
            return Err(not_absolute);
        }
        let url = Url::parse(text).map_err(|_| not_absolute)?;
        if !url.username().is_empty() || url.password().is_some() {
            return Err(BadUrl::UserInfo);
        }
        if url.fragment().is_some() {
            return Err(BadUrl::Fragment);
        }
        let admitted = match url.host().ok_or(not_absolute)? {
            Host::Domain(name) => self.admits_name(name),
            Host::Ipv4(address) => self.admits(address.into()),
            Host::Ipv6(address) => self.admits(address.into()),
        };
        if admitted { Ok(url) } else { Err(BadUrl::PrivateHost) }
    }

    /// Returns true if messages may go to this address.
    pub(crate) fn admits(&self, address: IpAddr) -> bool {
        self.reach == Reach::Anywhere || (self.is_public)(address)
    }

    /// Returns true if the text spells out an allowed scheme. The parser alone would also accept `https:host`, and drop
    /// spaces and line breaks.
    fn has_scheme(&self, text: &str) -> bool {
        let scheme = match text.split_once("://") {
            Some((scheme, _)) if !text.contains(|c: char| c.is_whitespace() || c.is_control()) => scheme,
            _ => return false,
        };
        let http = self.reach == Reach::Anywhere && scheme.eq_ignore_ascii_case("http");
        http || scheme.eq_ignore_ascii_case("https")
    }

    /// Returns true if a name may be on the internet: all of those have a dot. This check gives early feedback; the
    /// check of the addresses is the protection.
    fn admits_name(&self, name: &str) -> bool {
        let name = name.strip_suffix('.').unwrap_or(name);
        let public = name.rsplit_once('.').is_some_and(|(_, last)| !PRIVATE_DOMAINS.contains(&last));
        self.reach == Reach::Anywhere || public
    }
}

#[cfg(test)]
#[path = "endpoint_tests.rs"]
mod tests;
