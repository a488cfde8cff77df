//! Requests about orders.

use indexmap::IndexMap;
use lambda_http::{Request, RequestExt as _};
use serde::Deserialize;
use serde_json::value::{RawValue, to_raw_value};

use crate::{
    Error, Result,
    chains::{Chains, TokenDescription, token_metadata},
    checkout::{Onramp, OnrampVendor, OrderTerms, OrderType, payload::payload},
    edge::fields::Fields,
    kernel::{Address, BaseUnits, ChainId, RawJson, RedirectUrl, SessionId},
    keys::Caller,
    terms::PaymentOption,
};

/// The members of an object, as they were sent.
type Members = IndexMap<String, Box<RawValue>>;

/// The body of `POST /orders`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderRequest {
    /// The terms asked for.
    pub terms: OrderTerms,
    /// The session to link, if any.
    pub session: Option<SessionId>,
}

/// The query of `GET /orders`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListRequest {
    /// The creator address.
    pub creator_address: String,
    /// The number of orders, 1 to 100.
    pub limit: usize,
    /// The number of orders to skip.
    pub offset: usize,
}

/// The greatest offset: skipped orders have to be read too.
const MAX_OFFSET: usize = 10_000;

/// The greatest lengths, in bytes as sent, of the objects in an order that is created without a key.
const UNAUTHENTICATED_MAX: [(&str, usize); 2] = [("payload", 4096), ("metadata", 2048)];

const ORDER_TYPES: &str = "swap, x402_swap, hype_duel, custom, custom_exact_in, mint_nft, join_tournament, \
                           fund_tournament, deposit_first";

impl OrderRequest {
    /// Reads a body. A caller without a key may send less, since what is stored of it costs the operator.
    ///
    /// # Errors
    /// [`Error::InvalidBody`], or [`Error::InvalidField`] for the first invalid field; [`Error::MalformedSessionId`]
    /// for a malformed session id.
    pub fn parse(body: &str, caller: &Caller) -> Result<Self> {
        let fields = Fields::of_body(body)?;
        if *caller == Caller::Unauthenticated {
            check_size(&fields)?;
        }
        let order_type = fields.required("type", fields.choice("type", ORDER_TYPES)?)?;
        let src_chain = chain(&fields, "srcChain")?;
        let dst_chain = chain(&fields, "dstChain")?;
        let src_token_address = token(&fields, "srcTokenAddress", src_chain)?;
        let dst_token_address = token(&fields, "dstTokenAddress", dst_chain)?;
        let metadata = fields.stored_object("metadata")?.map_or_else(RawJson::empty_object, RawJson::from);
        let terms = OrderTerms {
            order_type,
            recipient_address: recipient(&fields, dst_chain)?,
            src_chain,
            dst_chain,
            src_token_address,
            dst_token_address,
            src_amount: src_amount(&fields, order_type)?,
            payload: payload(&fields, order_type, dst_chain)?,
            metadata,
            onramp: onramp(&fields)?,
            creator_address: fields.short_text("creatorAddress")?.map(canonical_creator),
            partner_id: fields.short_text("partnerId")?,
            client_reference_id: fields.parsed("clientReferenceId", client_reference_id)?,
            payment: None,
        };
        Ok(Self { terms, session: session(&fields)? })
    }

    /// The order that pays a session by one of its payment options, without a change of chain or token.
    pub(crate) fn of_option(session: SessionId, recipient: &Address, option: &PaymentOption) -> Result<Self> {
        let payload = to_raw_value(&IndexMap::from([("expectedDstAmount", option.amount)]));
        let terms = OrderTerms {
            order_type: OrderType::Swap,
            recipient_address: recipient.clone(),
            src_chain: option.chain,
            dst_chain: option.chain,
            src_token_address: option.token_address.clone(),
            dst_token_address: option.token_address.clone(),
            src_amount: option.amount,
            payload: payload.map(RawJson::from).map_err(internal)?,
            metadata: RawJson::empty_object(),
            onramp: None,
            creator_address: None,
            partner_id: None,
            client_reference_id: None,
            payment: None,
        };
        Ok(Self { terms, session: Some(session) })
    }
}

impl OrderTerms {
    /// Puts the descriptions of both tokens into the metadata. Known tokens are described as they are, whoever sent the
    /// order: another symbol or number of decimals could show buyer and merchant another amount than the order's. A
    /// merchant may describe unknown tokens, and add members to both.
    ///
    /// # Errors
    /// [`Error::InvalidField`], [`Error::Internal`].
    pub(crate) fn describe_tokens(&mut self, chains: &Chains, caller: &Caller) -> Result<()> {
        let mut members: Members = serde_json::from_str(self.metadata.as_str())
            .map_err(|_| Error::invalid("metadata", "must be an object"))?;
        let (src, dst) =
            ((self.src_chain, &self.src_token_address), (self.dst_chain, &self.dst_token_address));
        let mut changed = false;
        for (name, (chain, address)) in [("srcToken", src), ("dstToken", dst)] {
            let sent =
                members.get(name).filter(|it| *caller != Caller::Unauthenticated && it.get() != "null");
            let known = chains.describe(chain, address);
            if known.is_some() || sent.is_none() {
                let description = known.unwrap_or_else(|| TokenDescription::unknown(address));
                let ours = token_metadata(chain, address, description);
                let described = match sent {
                    Some(sent) => described(sent, &ours)?,
                    None => ours,
                };
                members.insert(name.to_owned(), described);
                changed = true;
            }
        }
        if changed {
            self.metadata = to_raw_value(&members).map(RawJson::from).map_err(internal)?;
        }
        Ok(())
    }
}

/// A token's description as `ours`, with all other members of the one that was `sent`.
fn described(sent: &RawValue, ours: &RawValue) -> Result<Box<RawValue>> {
    let mut members: Members = serde_json::from_str(sent.get()).unwrap_or_default();
    let ours: Members = serde_json::from_str(ours.get()).map_err(internal)?;
    for (name, value) in ours {
        // `metadata` is empty, and there for pages that read it unasked.
        if name != "metadata" || !members.contains_key(&name) {
            members.insert(name, value);
        }
    }
    to_raw_value(&members).map_err(internal)
}

fn internal(error: serde_json::Error) -> Error {
    Error::Internal(error.into())
}

impl ListRequest {
    /// Reads a query.
    ///
    /// # Errors
    /// [`Error::InvalidField`].
    pub fn parse(request: &Request) -> Result<Self> {
        let query = request.query_string_parameters_ref();
        let parameter = |name| query.and_then(|query| query.first(name)).filter(|value| !value.is_empty());
        let creator_address =
            parameter("creatorAddress").ok_or_else(|| Error::invalid("creatorAddress", "is required"))?;
        if creator_address.chars().count() > 255 {
            return Err(Error::invalid("creatorAddress", "must have 1 to 255 characters"));
        }
        let digits = |text: &&str| text.bytes().all(|byte| byte.is_ascii_digit());
        let number = |name, default| match parameter(name) {
            None => Some(default),
            Some(text) => Some(text).filter(digits).and_then(|text| text.parse().ok()),
        };
        Ok(Self {
            creator_address: creator_address.to_owned(),
            limit: number("limit", 20)
                .filter(|limit| (1..=100).contains(limit))
                .ok_or_else(|| Error::invalid("limit", "must be a whole number from 1 to 100"))?,
            offset: number("offset", 0)
                .filter(|offset| *offset <= MAX_OFFSET)
                .ok_or_else(|| Error::invalid("offset", "must be a whole number from 0 to 10000"))?,
        })
    }
}

fn check_size(fields: &Fields<'_>) -> Result<()> {
    let exceeds = |(name, max): &(&str, usize)| fields.raw(name).is_some_and(|it| it.get().len() > *max);
    match UNAUTHENTICATED_MAX.into_iter().find(exceeds) {
        Some((name, max)) => {
            Err(fields.error(name, format!("must have {max} bytes at most without an API key")))
        }
        None => Ok(()),
    }
}

fn chain(fields: &Fields<'_>, name: &str) -> Result<ChainId> {
    let text = fields.required(name, fields.number(name)?)?;
    let chain = text.parse().ok().and_then(ChainId::new);
    chain.ok_or_else(|| fields.error(name, "must be a chain id: a whole number from 1"))
}

fn token(fields: &Fields<'_>, name: &str, chain: ChainId) -> Result<Address> {
    fields.required(name, fields.parsed(name, |text| Address::parse_token(chain, text))?)
}

fn recipient(fields: &Fields<'_>, chain: ChainId) -> Result<Address> {
    let name = "recipientAddress";
    fields.required(name, fields.parsed(name, |text| Address::parse_recipient(chain, text))?)
}

fn src_amount(fields: &Fields<'_>, order_type: OrderType) -> Result<BaseUnits> {
    let text = fields.string("srcAmount")?.filter(|text| !text.is_empty());
    if text.is_none() && order_type == OrderType::DepositFirst {
        return Ok(BaseUnits::ZERO);
    }
    let text = fields.required("srcAmount", text)?;
    let amount = BaseUnits::parse(&text).filter(|amount| !amount.is_zero());
    amount.ok_or_else(|| fields.error("srcAmount", "must be a decimal string of base units, 1 to 2^256-1"))
}

/// The onramp's vendor. `none`, or no vendor, means that the order is paid in crypto.
#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
enum VendorChoice {
    None,
    #[serde(untagged)]
    Vendor(OnrampVendor),
}

fn onramp(fields: &Fields<'_>) -> Result<Option<Onramp>> {
    let Some(onramp) = fields.object("onramp")? else { return Ok(None) };
    let Some(VendorChoice::Vendor(vendor)) =
        onramp.choice("vendor", "coinbase, stripe, stripe-web2, none")?
    else {
        return Ok(None);
    };
    let (payment_method, alias) = (onramp.short_text("paymentMethod")?, onramp.short_text("payment_method")?);
    Ok(Some(Onramp {
        vendor,
        payment_method: payment_method.or(alias),
        country: onramp.short_text("country")?,
        redirect_url: onramp.parsed("redirectUrl", RedirectUrl::parse)?,
    }))
}

/// EVM addresses are shown in lower case; other creators stay as they are.
fn canonical_creator(text: String) -> String {
    let evm = ChainId::new(1).and_then(|chain| Address::parse(chain, &text).ok());
    evm.map_or(text, |address| address.as_str().to_owned())
}

fn client_reference_id(text: &str) -> Result<String, &'static str> {
    let valid = (1..=255).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-');
    if valid { Ok(text.to_owned()) } else { Err("must have 1 to 255 of the characters A-Z a-z 0-9 _ -") }
}

/// The session's id, from `checkoutSessionId` or `callbackMetadata.checkoutSessionId`; they must agree.
fn session(fields: &Fields<'_>) -> Result<Option<SessionId>> {
    let direct = fields.string("checkoutSessionId")?;
    let callback = match fields.object("callbackMetadata")? {
        Some(callback) => callback.string("checkoutSessionId")?,
        None => None,
    };
    let named = match (direct, callback) {
        (Some(direct), Some(callback)) if !direct.eq_ignore_ascii_case(&callback) => {
            return Err(
                fields.error("callbackMetadata.checkoutSessionId", "must be the same as checkoutSessionId")
            );
        }
        (direct, callback) => direct.or(callback),
    };
    let parse = |text: String| SessionId::parse(&text).ok_or(Error::MalformedSessionId);
    named.map(parse).transpose()
}
