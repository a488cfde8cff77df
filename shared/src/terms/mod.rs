//! Payment terms, and the texts that a buyer is shown: the parts of a session that bind or describe its payment.
//!
//! They never change after the session's creation.

mod display;
mod display_request;
mod payment_request;
mod payment_terms;

pub use display::{Display, Item, Mode, Theme};
pub use payment_terms::{Accepted, PaymentOption, PaymentTerms, SettleOn};

pub(crate) use display_request::display;
pub(crate) use payment_request::payment;
