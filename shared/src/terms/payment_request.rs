//! Reading `payment` of a new session.

use crate::{
    Error, Result,
    chains::{Chains, has_forwarders},
    edge::fields::Fields,
    kernel::{Address, BaseUnits, ChainId},
    terms::{PaymentOption, PaymentTerms, payment_terms::SettleOn},
};

/// Reads `payment`. Where chains are configured, its options must be of those and of tokens that they carry, so that no
/// session is created that nobody can pay.
///
/// # Errors
/// [`Error::InvalidField`], [`Error::ChainNotSupported`] or [`Error::RouteNotSupported`] for the first field at fault.
pub(crate) fn payment(session: &Fields<'_>, chains: &Chains) -> Result<Option<PaymentTerms>> {
    let Some(fields) = session.object("payment")? else { return Ok(None) };
    let recipient = fields.required("recipient_address", fields.string("recipient_address")?)?;
    let wanted = fields.required("options", fields.objects("options")?)?;
    if !(1..=PaymentTerms::MAX_OPTIONS).contains(&wanted.len()) {
        return Err(fields.error("options", "must have 1 to 20 options"));
    }
    let mut options: Vec<PaymentOption> = Vec::with_capacity(wanted.len());
    let mut recipient_address = None;
    for member in &wanted {
        let option = option(member, chains)?;
        if options.iter().any(|it| it.chain == option.chain && it.token_address == option.token_address) {
            return Err(
                member.error("token_address", "must not repeat the chain and token of another option")
            );
        }
        let address = Address::parse_recipient(option.chain, &recipient);
        recipient_address = Some(address.map_err(|rule| fields.error("recipient_address", rule))?);
        options.push(option);
    }
    let settle_on = settle_on(&fields, &wanted, &options)?;
    Ok(Some(PaymentTerms {
        recipient_address: fields.required("recipient_address", recipient_address)?,
        options,
        tolerance_bps: tolerance_bps(&fields)?,
        settle_on,
    }))
}

fn option(fields: &Fields<'_>, chains: &Chains) -> Result<PaymentOption> {
    let chain = fields.required("chain", fields.number("chain")?)?.parse().ok().and_then(ChainId::new);
    let chain = chain.ok_or_else(|| fields.error("chain", "must be a chain id: a whole number from 1"))?;
    // The order's address would be one of the other options' chains, and money sent to it here would be lost.
    if !has_forwarders(chain) {
        return Err(fields.error("chain", "must be a chain on which deposit addresses are those of EIP-1014"));
    }
    let token = fields.parsed("token_address", |text| Address::parse_token(chain, text))?;
    let token_address = fields.required("token_address", token)?;
    let amount = fields.parsed("amount", |text| {
        let amount = BaseUnits::parse(text).filter(|amount| !amount.is_zero());
        amount.ok_or("must be a decimal string of base units, 1 to 2^256-1")
    })?;
    if !chains.is_empty() {
        let Some(known) = chains.get(chain) else {
            return Err(Error::ChainNotSupported { param: fields.path("chain"), rule: chains.rule() });
        };
        if !known.carries(&token_address) {
            let rule = "must be a token that this server takes on that chain; see GET /payment-options";
            return Err(Error::RouteNotSupported { param: fields.path("token_address"), rule });
        }
    }
    Ok(PaymentOption { chain, token_address, amount: fields.required("amount", amount)? })
}

fn tolerance_bps(fields: &Fields<'_>) -> Result<u16> {
    let Some(text) = fields.number("tolerance_bps")? else { return Ok(0) };
    let bps = text.parse().ok().filter(|bps| *bps <= PaymentTerms::MAX_TOLERANCE_BPS);
    bps.ok_or_else(|| fields.error("tolerance_bps", "must be a whole number from 0 to 1000"))
}

fn settle_on(
    fields: &Fields<'_>,
    wanted: &[Fields<'_>],
    options: &[PaymentOption],
) -> Result<Option<SettleOn>> {
    let Some(settle_on) = fields.object("settle_on")? else { return Ok(None) };
    let chain = settle_on.required("chain", settle_on.number("chain")?)?;
    let chain = chain.parse().ok().and_then(ChainId::new);
    let chain = chain.ok_or_else(|| settle_on.error("chain", "must be a chain id: a whole number from 1"))?;
    match options.iter().zip(wanted).find(|(option, _)| option.chain != chain) {
        Some((_, member)) => {
            let rule = "must be the chain of settle_on: this server does not carry payments between chains";
            Err(Error::RouteNotSupported { param: member.path("chain"), rule })
        }
        None => Ok(Some(SettleOn { chain })),
    }
}
