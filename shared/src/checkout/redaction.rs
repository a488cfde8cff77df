//! The fields of sessions and orders that unauthenticated callers do not see (`openapi.yaml`, "Keys").

use std::sync::Arc;

use indexmap::IndexMap;
use serde_json::value::RawValue;

use crate::{
    chains::{TokenDescription, token_metadata},
    checkout::{Order, OrderHistory, OrderTerms, Session},
    kernel::{Address, ChainId, Owned, Owner, RawJson},
};

impl Owned for Session {
    fn owner(&self) -> &Owner {
        &self.owner
    }

    fn redacted(self) -> Self {
        Self { metadata: RawJson::empty_object(), client_reference_id: None, ..self }
    }
}

impl Owned for Order {
    fn owner(&self) -> &Owner {
        &self.owner
    }

    /// Nothing leads from an order back to its session: a session's id opens it.
    fn redacted(mut self) -> Self {
        let terms = Arc::make_mut(&mut self.terms);
        terms.metadata = public_metadata(terms);
        terms.client_reference_id = None;
        terms.creator_address = None;
        terms.partner_id = None;
        self.checkout_session_id = None;
        self
    }
}

impl Owned for OrderHistory {
    fn owner(&self) -> &Owner {
        &self.order.owner
    }

    fn redacted(self) -> Self {
        Self { order: self.order.redacted(), ..self }
    }
}

/// The part of an order's metadata that unauthenticated callers see: its tokens' descriptions, which a payment page
/// needs.
fn public_metadata(terms: &OrderTerms) -> RawJson {
    let sent = members(terms.metadata.as_str());
    let tokens = [
        ("srcToken", terms.src_chain, &terms.src_token_address),
        ("dstToken", terms.dst_chain, &terms.dst_token_address),
    ];
    let shown = tokens
        .map(|(name, chain, address)| (name, public_token(sent.get(name).map(|it| &**it), chain, address)));
    let shown: IndexMap<_, _> = shown.into();
    serde_json::value::to_raw_value(&shown).map_or_else(|_| RawJson::empty_object(), RawJson::from)
}

/// A token's description with its texts and numbers as they are stored. Everything else in it is the merchant's own
/// data, as in the metadata around it.
fn public_token(sent: Option<&RawValue>, chain: ChainId, address: &Address) -> Members {
    let mut shown = members(token_metadata(chain, address, TokenDescription::unknown(address)).get());
    let sent = sent.map(|sent| members(sent.get())).unwrap_or_default();
    for (name, value) in &mut shown {
        let fits = sent.get(name).filter(|sent| kind(sent).is_some() && kind(sent) == kind(value));
        if let Some(sent) = fits {
            value.clone_from(sent);
        }
    }
    shown
}

type Members = IndexMap<String, Box<RawValue>>;

/// The members of an object; none for any other value.
fn members(text: &str) -> Members {
    serde_json::from_str(text).unwrap_or_default()
}

#[derive(PartialEq, Eq)]
enum Kind {
    Text,
    Number,
}

fn kind(value: &RawValue) -> Option<Kind> {
    match value.get().as_bytes().first()? {
        b'"' => Some(Kind::Text),
        b'-' | b'0'..=b'9' => Some(Kind::Number),
        _ => None,
    }
}
