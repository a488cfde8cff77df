//! Requests about sessions.

use lambda_http::{Request, RequestExt as _};

use crate::{
    Error, Result,
    checkout::{NewSession, Session},
    edge::{Settings, fields::Fields},
    kernel::{RawJson, RedirectUrl},
    terms,
};

/// The longest `metadata`, in bytes as sent.
const MAX_METADATA_BYTES: usize = 16 * 1024;

/// The lower bound of `expires_in`, in seconds.
#[expect(clippy::cast_precision_loss, reason = "a double holds every number below 2^53")]
const MIN_LIFETIME: f64 = Session::MIN_LIFETIME_MILLIS as f64 / 1000.0;
const MAX_LIFETIME: f64 = 86_400.0;
const DEFAULT_LIFETIME_MILLIS: i64 = 1_800_000;

/// Reads the body of `POST /checkout-sessions`. Payment terms must be of the configured chains, if there are any.
///
/// # Errors
/// [`Error::InvalidBody`]; [`Error::InvalidField`], [`Error::ChainNotSupported`] or [`Error::RouteNotSupported`] for the
/// first invalid field.
pub fn parse_new_session(body: &str, settings: &Settings) -> Result<NewSession> {
    let fields = Fields::of_body(body)?;
    let payment = terms::payment(&fields, &settings.chains)?;
    if let Some(payment) = &payment {
        settings.check_recipient("payment.recipient_address", &payment.recipient_address)?;
    }
    Ok(NewSession {
        success_url: fields.parsed("success_url", RedirectUrl::parse)?,
        cancel_url: fields.parsed("cancel_url", RedirectUrl::parse)?,
        metadata: metadata(&fields)?,
        client_reference_id: fields.short_text("client_reference_id")?,
        lifetime_millis: lifetime_millis(&fields)?,
        payment,
        display: terms::display(&fields)?,
    })
}

/// The additions to a session that `include` asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Include {
    /// Its order.
    pub order: bool,
    /// Its events.
    pub events: bool,
}

impl Include {
    /// Reads a query. A value may name both, separated by a comma; neither may be named twice.
    ///
    /// # Errors
    /// [`Error::InvalidField`] for any other name.
    pub fn parse(request: &Request) -> Result<Self> {
        let values = request.query_string_parameters_ref().and_then(|query| query.all("include"));
        let mut include = Self::default();
        for name in values.unwrap_or_default().into_iter().flat_map(|value| value.split(',')) {
            match name {
                "order" if !include.order => include.order = true,
                "events" if !include.events => include.events = true,
                _ => return Err(Error::invalid("include", "must be \"order\", \"events\" or both")),
            }
        }
        Ok(include)
    }
}

fn metadata(fields: &Fields<'_>) -> Result<RawJson> {
    match fields.stored_object("metadata")? {
        None => Ok(RawJson::empty_object()),
        Some(object) if object.get().len() > MAX_METADATA_BYTES => {
            Err(fields.error("metadata", "must not be longer than 16384 bytes"))
        }
        Some(object) => Ok(object.into()),
    }
}

fn lifetime_millis(fields: &Fields<'_>) -> Result<i64> {
    let Some(text) = fields.number("expires_in")? else { return Ok(DEFAULT_LIFETIME_MILLIS) };
    let seconds: f64 = text.parse().unwrap_or(f64::NAN);
    if !(MIN_LIFETIME..=MAX_LIFETIME).contains(&seconds) {
        return Err(fields.error("expires_in", "must be between 300 and 86400"));
    }
    #[expect(clippy::cast_possible_truncation, reason = "within the bounds, this is below 2^27")]
    Ok((seconds * 1000.0).round() as i64)
}
