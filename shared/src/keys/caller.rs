//! Callers, and the data that they may see.

use lambda_http::{Request, http::header};

use crate::{
    Error, Result,
    edge::{self, IdempotencyKey, KeyHolder},
    error::KeyRefusal,
    kernel::{Owned, Owner, SessionId, Timestamp},
    keys::{ApiKeyText, KeyStore, Scope},
};

/// The sender of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Caller {
    /// Any caller, where keys are off: all may do everything.
    Anyone,
    /// A caller whose request has no key, where keys are on.
    Unauthenticated,
    /// The holder of one of this merchant's keys.
    Merchant(Owner),
}

impl Caller {
    /// The caller of a request for which keys are optional. A key that is given must be valid and have `scope`. `keys`
    /// is `None` where keys are off.
    ///
    /// # Errors
    /// [`Error::Unauthorized`], [`Error::Forbidden`]; [`Error::Unavailable`], [`Error::Internal`].
    pub async fn of(
        keys: Option<&KeyStore>,
        request: &Request,
        scope: Scope,
        now: Timestamp,
    ) -> Result<Self> {
        let Some(keys) = keys else { return Ok(Self::Anyone) };
        let Some(text) = key_text(request) else { return Ok(Self::Unauthenticated) };
        let invalid = || Error::Unauthorized(KeyRefusal::Invalid);
        let text = text.and_then(ApiKeyText::parse).ok_or_else(invalid)?;
        let key = keys.api_key(&text.id, now).await?.filter(|key| key.admits(&text, now));
        let key = key.ok_or_else(invalid)?;
        if key.scope < scope {
            return Err(Error::Forbidden(scope.name()));
        }
        Ok(Self::Merchant(key.owner))
    }

    /// This caller, for a request that needs a key where keys are on.
    ///
    /// # Errors
    /// [`Error::Unauthorized`].
    pub fn authenticated(self) -> Result<Self> {
        match self {
            Self::Unauthenticated => Err(Error::Unauthorized(KeyRefusal::Missing)),
            caller => Ok(caller),
        }
    }

    /// The request's `Idempotency-Key`, if it has one. Each `operation` has keys of its own. An unauthenticated caller's
    /// belongs to the request's `session`, and without one there is none.
    ///
    /// # Errors
    /// [`Error::InvalidField`] if it does not have 1 to 255 characters; as [`edge::body`].
    pub fn idempotency_key(
        &self,
        request: &Request,
        operation: &'static str,
        session: Option<SessionId>,
    ) -> Result<Option<IdempotencyKey>> {
        let holder = match (self, session) {
            (Self::Unauthenticated, None) => return Ok(None),
            (Self::Unauthenticated, Some(session)) => KeyHolder::Session(session),
            _ => KeyHolder::Merchant(self.owner()),
        };
        edge::idempotency_key(request, operation, holder)
    }

    /// The one merchant whose data this caller may access; `None` if there is no such limit, or if the id alone
    /// protects the data.
    pub fn bound_to(&self) -> Option<&Owner> {
        match self {
            Self::Merchant(owner) => Some(owner),
            Self::Anyone | Self::Unauthenticated => None,
        }
    }

    /// The owner of the resources that this caller creates.
    pub fn owner(&self) -> Owner {
        self.bound_to().cloned().unwrap_or_default()
    }

    /// The resource as this caller may see it: whole, redacted, or not at all.
    pub fn redact<T: Owned>(&self, resource: T) -> Option<T> {
        match self {
            Self::Anyone => Some(resource),
            Self::Unauthenticated => Some(resource.redacted()),
            Self::Merchant(owner) => (resource.owner() == owner).then_some(resource),
        }
    }
}

/// The request's key, if it has one; `Some(None)` for a malformed one.
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
