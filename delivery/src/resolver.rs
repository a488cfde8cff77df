//! Looks up names, and gives out only addresses that messages may go to.

use std::{
    io,
    net::{IpAddr, SocketAddr},
    pin::Pin,
    sync::Arc,
};

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use tokio::net::lookup_host;

use crate::endpoint::Gate;

/// What a name resolves to. A field of [`Resolver`], so that tests may have it say anything.
pub(crate) type Lookup = Arc<dyn Fn(&str) -> Found + Send + Sync>;

/// The answer to a [`Lookup`].
pub(crate) type Found = Pin<Box<dyn Future<Output = io::Result<Vec<IpAddr>>> + Send>>;

/// An address among those of a name is not public.
#[derive(Debug, thiserror::Error)]
#[error("an address is not public")]
pub(crate) struct Refused;

/// Resolves names for a client, which connects to what it gets here and asks nobody else: no second
/// lookup could say something else than the one that was checked. Hosts that are addresses do not come by
/// here; [`Gate::open`] looks at those.
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
            // A name that mixes public addresses with others is either broken or an attack. Refusing all
            // of it does not leave to chance which one a message would go to.
            if !found.iter().all(|address| gate.admits(*address)) {
                return Err(Refused.into());
            }
            // For port 0 the client puts the URL's.
            Ok(Box::new(found.into_iter().map(|address| SocketAddr::new(address, 0))) as Addrs)
        })
    }
}

/// Asks the system.
pub(crate) fn system() -> Lookup {
    Arc::new(|name| {
        let name = name.to_owned();
        Box::pin(async move { Ok(lookup_host((name, 0)).await?.map(|found| found.ip()).collect()) })
    })
}
