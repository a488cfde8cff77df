//! Where messages may go, and what a URL must be like for that.

use std::net::IpAddr;

use url::{Host, Url};

use crate::address::is_public;

/// Where messages may go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// Only over https, only to public addresses: in the cloud.
    PublicHttps,
    /// Anywhere, also over http: on a developer's machine.
    Anywhere,
}

/// What is wrong with an endpoint's URL. Phrased to follow the field's name, and never repeats the URL.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadUrl {
    /// Longer than 2048 characters.
    #[error("must have at most {MAX_CHARS} characters")]
    TooLong,
    /// Relative, not a URL, or a scheme that no message is sent over.
    #[error("must be an absolute URL that begins with {}", schemes(*.0))]
    NotAbsolute(Reach),
    /// A user name or a password in it.
    #[error("must have no user name and no password")]
    UserInfo,
    /// A fragment, which is never sent.
    #[error("must have no fragment")]
    Fragment,
    /// A host that is not on the internet, as far as its name or address tells.
    #[error("must have a host that is on the public internet")]
    PrivateHost,
}

/// The longest URL, in characters.
const MAX_CHARS: usize = 2048;

/// Names under these are never on the internet (RFC 6761, RFC 6762, ICANN's resolution of July 2024).
const PRIVATE_DOMAINS: [&str; 3] = ["localhost", "local", "internal"];

/// What messages have to pass on their way out.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Gate {
    pub(crate) reach: Reach,
    /// Whether an address is on the internet. A field, so that tests may have loopback count as that.
    pub(crate) is_public: fn(IpAddr) -> bool,
}

/// Checks a URL, when an endpoint is made or changed; [`Sender`](crate::Sender) does it again.
///
/// A URL is absolute, with https (or http, with [`Reach::Anywhere`]), at most 2048 characters long,
/// and has a host but no user, password or fragment. With [`Reach::PublicHttps`] a host that is an address, in
/// whatever spelling, must be a public one, and a name must not be one of a local network. What a name
/// resolves to is not looked at before a message is sent. Any port will do: nothing is sent to it before it
/// has shown a certificate for the host.
///
/// # Errors
/// What is wrong.
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

    /// The URL, as what connects will read it.
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

    /// Whether messages may go to this address.
    pub(crate) fn admits(&self, address: IpAddr) -> bool {
        self.reach == Reach::Anywhere || (self.is_public)(address)
    }

    /// Whether the text spells out a scheme that messages go over. The parser alone would also take
    /// `https:host`, and drop spaces and line breaks.
    fn has_scheme(&self, text: &str) -> bool {
        let scheme = match text.split_once("://") {
            Some((scheme, _)) if !text.contains(|c: char| c.is_whitespace() || c.is_control()) => scheme,
            _ => return false,
        };
        let http = self.reach == Reach::Anywhere && scheme.eq_ignore_ascii_case("http");
        http || scheme.eq_ignore_ascii_case("https")
    }

    /// Whether a name may be on the internet: there, all have a dot. Whoever gives another one hears of
    /// it at once; what keeps messages in is the look at the addresses.
    fn admits_name(&self, name: &str) -> bool {
        let name = name.strip_suffix('.').unwrap_or(name);
        let public = name.rsplit_once('.').is_some_and(|(_, last)| !PRIVATE_DOMAINS.contains(&last));
        self.reach == Reach::Anywhere || public
    }
}

#[cfg(test)]
#[path = "endpoint_tests.rs"]
mod tests;
