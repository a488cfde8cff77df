//! The origin of a form: a page of another site may not send one in a buyer's name.

use lambda_http::{Request, http::header};
use shared::{
    Error,
    edge::{self, Settings},
};

/// The reason for refusing a request of the page.
#[derive(Debug)]
pub enum Refusal {
    /// The form was sent from another site.
    CrossSite,
    /// The operation failed.
    Failed(Error),
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

/// Checks that a form was sent from the page itself, or by a program. Browsers say so in `Sec-Fetch-Site`. Older ones
/// send `Origin` alone, and since the page has `Referrer-Policy: no-referrer`, theirs is `null`.
///
/// # Errors
/// [`Refusal::CrossSite`].
pub fn check_origin(request: &Request, settings: &Settings) -> Result<(), Refusal> {
    let value = |name: &str| request.headers().get(name).map(|value| value.to_str().unwrap_or_default());
    let is_ours = match (value("sec-fetch-site"), value(header::ORIGIN.as_str())) {
        (Some(site), _) => site == "same-origin" || site == "none",
        (None, Some("null") | None) => true,
        (None, Some(origin)) => {
            let ours = edge::public_url(settings, request);
            let after =
                |url: &str| url.strip_prefix(origin).map(|rest| rest.is_empty() || rest.starts_with('/'));
            after(&ours) == Some(true)
        }
    };
    if is_ours { Ok(()) } else { Err(Refusal::CrossSite) }
}
