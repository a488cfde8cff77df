//! A buyer's choice of a payment option on the hosted page.

use crate::{
    Error, Result,
    checkout::{CheckoutStore, CreateOrder, OrderRequest},
    edge::Settings,
    kernel::{Address, ChainId, SessionId, Timestamp},
    keys::Caller,
};

/// The choice of one of a session's payment options. It creates the session's order if there is none.
#[derive(Debug)]
pub struct ChooseOption<'a> {
    /// The session.
    pub session: SessionId,
    /// The option's chain.
    pub chain: ChainId,
    /// The option's token.
    pub token: &'a Address,
    /// Random bits, as [`CreateOrder`] takes them.
    pub random: u128,
    /// The current time.
    pub now: Timestamp,
}

impl ChooseOption<'_> {
    /// Ensures that the session has an order, or has ended. An order is paid by any option, so it makes no difference
    /// with which it was created: all simultaneous choices converge on the one order.
    ///
    /// # Errors
    /// [`Error::SessionNotFound`]; [`Error::InvalidField`] if this is none of the session's options; those of
    /// [`CreateOrder::run`], but not that the session has an order or has ended.
    pub async fn run(self, store: &CheckoutStore, settings: &Settings) -> Result<()> {
        let session = store.session(self.session, self.now).await?.ok_or(Error::SessionNotFound)?;
        let terms = session.payment.as_ref();
        let option = terms.and_then(|terms| Some((terms, terms.option(self.chain, self.token)?)));
        let Some((terms, option)) = option else {
            return Err(Error::invalid("option", "must be one of the session's payment options"));
        };
        if session.check_takes_order().is_err() {
            return Ok(());
        }
        let request = OrderRequest::of_option(self.session, &terms.recipient_address, option)?;
        // A buyer has no key, and sees no more with keys off.
        let create =
            CreateOrder { caller: &Caller::Unauthenticated, key: None, random: self.random, now: self.now };
        match create.run(store, settings, request).await {
            Ok(_) | Err(Error::SessionHasOrder(_) | Error::SessionNotOpen { .. }) => Ok(()),
            Err(error) => Err(error),
        }
    }
}
