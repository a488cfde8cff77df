//! Resolves names, and returns only addresses that messages may go to.

use std::{
    io,
    net::{IpAddr, SocketAddr},
    pin::Pin,
    sync::Arc,
};

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use tokio::net::lookup_host;

use crate::endpoint::Gate;

/// Resolves a name. A field of [`Resolver`], so that tests may replace it.
pub(crate) type Lookup = Arc<dyn Fn(&str) -> Found + Send + Sync>;

/// The answer to a [`Lookup`].
pub(crate) type Found = Pin<Box<dyn Future<Output = io::Result<Vec<IpAddr>>> + Send>>;

/// The error that a name has an address that is not public.
#[derive(Debug, thiserror::Error)]
#[error("an address is not public")]
pub(crate) struct Refused;

/// Resolves names for a client, which connects to the result without a lookup of its own: a second lookup could differ
/// from the checked one. Hosts that are addresses do not pass here; [`Gate::open`] checks those.
pub(crate) struct Resolver {
    pub(crate) gate: Gate,
    pub(crate) lookup: Lookup,
}

impl Resolve for Resolver {
    fn resolve(&self, name: Name) -> Resolving {
        let (gate, found) = (self.gate, (self.lookup)(name.as_str()));
        Box::pin(async move {
            let found = found.await?;
            if found.is_empty() {
                return Err(io::Error::from(io::ErrorKind::NotFound).into());
            }
            // A name that mixes public addresses with others is either broken or an attack. Refusing it does not leave
            // the choice of the address to chance.
            if !found.iter().all(|address| gate.admits(*address)) {
                return Err(Refused.into());
            }
            // The client replaces port 0 with the URL's.
            Ok(Box::new(found.into_iter().map(|address| SocketAddr::new(address, 0))) as Addrs)
        })
    }
}

/// Asks the system's resolver.
pub(crate) fn system() -> Lookup {
    Arc::new(|name| {
        let name = name.to_owned();
        Box::pin(async move { Ok(lookup_host((name, 0)).await?.map(|found| found.ip()).collect()) })
    })
}
