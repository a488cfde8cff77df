//! Who asks, and what they may see.

use lambda_http::{Request, http::header};

use crate::{
    Error, Result,
    edge::App,
    error::KeyRefusal,
    kernel::{Owned, Owner},
    keys::{ApiKeyText, Scope},
};

/// Who sent a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Caller {
    /// Somebody, where keys are off: everybody may do everything.
    Anyone,
    /// Somebody without a key, where keys are on.
    Stranger,
    /// The holder of one of this merchant's keys.
    Merchant(Owner),
}

impl Caller {
    /// Who sent a request for which keys are optional; a key that is given must be valid and have `scope`.
    ///
    /// # Errors
    /// [`Error::Unauthorized`], [`Error::Forbidden`]; [`Error::Unavailable`], [`Error::Internal`].
    pub async fn of(app: &App, request: &Request, scope: Scope) -> Result<Self> {
        if !app.settings.api_keys {
            return Ok(Self::Anyone);
        }
        let Some(text) = key_text(request) else { return Ok(Self::Stranger) };
        let invalid = || Error::Unauthorized(KeyRefusal::Invalid);
        let text = text.and_then(ApiKeyText::parse).ok_or_else(invalid)?;
        let now = app.clock.now();
        let key = app.store.api_key(&text.id, now).await?.filter(|key| key.admits(&text, now));
        let key = key.ok_or_else(invalid)?;
        if key.scope < scope {
            return Err(Error::Forbidden(scope));
        }
        Ok(Self::Merchant(key.owner))
    }

    /// As [`Caller::of`], for a request that needs a key where keys are on.
    ///
    /// # Errors
    /// As [`Caller::of`].
    pub async fn merchant(app: &App, request: &Request, scope: Scope) -> Result<Self> {
        match Self::of(app, request, scope).await? {
            Self::Stranger => Err(Error::Unauthorized(KeyRefusal::Missing)),
            caller => Ok(caller),
        }
    }

    /// Whose data a request is about that lists everything of a merchant's, or says where it is to be sent.
    /// Nothing protects that but a key, so without keys there is no such thing.
    ///
    /// # Errors
    /// As [`Caller::of`], and [`Error::KeysAreOff`].
    pub async fn lister(app: &App, request: &Request, scope: Scope) -> Result<Owner> {
        if !app.settings.api_keys && !app.settings.open_lists {
            return Err(Error::KeysAreOff);
        }
        Ok(Self::merchant(app, request, scope).await?.owner())
    }

    /// The one merchant whose data this caller may touch; `None` where nobody's is out of reach, or the id
    /// alone protects it.
    pub fn bound_to(&self) -> Option<&Owner> {
        match self {
            Self::Merchant(owner) => Some(owner),
            Self::Anyone | Self::Stranger => None,
        }
    }

    /// Whose what this caller makes will be.
    pub fn owner(&self) -> Owner {
        self.bound_to().cloned().unwrap_or_default()
    }

    /// What of `thing` this caller may see: all, what strangers may, or nothing.
    pub fn sight<T: Owned>(&self, thing: T) -> Option<T> {
        match self {
            Self::Anyone => Some(thing),
            Self::Stranger => Some(thing.for_strangers()),
            Self::Merchant(owner) => (thing.owner() == owner).then_some(thing),
        }
    }
}

/// The request's key, if it gives one; `Some(None)` for what cannot be read as one.
fn key_text(request: &Request) -> Option<Option<&str>> {
    let headers = request.headers();
    if let Some(value) = headers.get("x-api-key") {
        return Some(value.to_str().ok());
    }
    let text = headers.get(header::AUTHORIZATION)?.to_str().ok();
    Some(text.and_then(|text| {
        let (scheme, key) = text.split_once(' ')?;
        scheme.eq_ignore_ascii_case("bearer").then(|| key.trim())
    }))
}
