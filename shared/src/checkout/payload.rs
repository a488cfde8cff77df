//! The rules for an order's `payload`, by type.

use crate::{
    Result,
    checkout::OrderType,
    edge::fields::Fields,
    kernel::{Address, BaseUnits, ChainId, RawJson},
};

/// The rule for a member of a payload.
#[derive(Debug, Clone, Copy)]
enum Rule {
    Amount,
    OptionalAmount,
    Address,
    OptionalAddress,
    Text,
    OptionalText,
    Array,
    TokenId,
    ContractType,
    Anything,
}

const SWAP: &[(&str, Rule)] = &[("expectedDstAmount", Rule::Amount)];
const CUSTOM: &[(&str, Rule)] = &[
    ("data", Rule::Text),
    ("to", Rule::Address),
    ("amount", Rule::Amount),
    ("spenderAddress", Rule::OptionalAddress),
];
const CUSTOM_EXACT_IN: &[(&str, Rule)] = &[
    ("amount", Rule::Amount),
    ("expectedDstAmount", Rule::Amount),
    ("functionAbi", Rule::Anything),
    ("functionName", Rule::Text),
    ("functionArgs", Rule::Array),
    ("to", Rule::Address),
    ("spenderAddress", Rule::OptionalAddress),
    ("value", Rule::OptionalAmount),
    ("action", Rule::OptionalText),
];
const MINT_NFT: &[(&str, Rule)] = &[
    ("contractAddress", Rule::Address),
    ("tokenId", Rule::TokenId),
    ("contractType", Rule::ContractType),
    ("nftPrice", Rule::Amount),
];
const JOIN_TOURNAMENT: &[(&str, Rule)] = &[("contractAddress", Rule::Address), ("entryPrice", Rule::Amount)];
const FUND_TOURNAMENT: &[(&str, Rule)] = &[("contractAddress", Rule::Address), ("fundAmount", Rule::Amount)];

/// Checks the order's `payload` and returns it as it was sent.
pub(crate) fn payload(order: &Fields<'_>, order_type: OrderType, dst_chain: ChainId) -> Result<RawJson> {
    let text = order.stored_object("payload")?;
    let rules = match order_type {
        OrderType::Swap | OrderType::X402Swap | OrderType::HypeDuel => SWAP,
        OrderType::Custom => CUSTOM,
        OrderType::CustomExactIn => CUSTOM_EXACT_IN,
        OrderType::MintNft => MINT_NFT,
        OrderType::JoinTournament => JOIN_TOURNAMENT,
        OrderType::FundTournament => FUND_TOURNAMENT,
        OrderType::DepositFirst => return Ok(text.map_or_else(RawJson::empty_object, RawJson::from)),
    };
    let members = order.required("payload", order.object("payload")?)?;
    for (name, rule) in rules {
        check(&members, name, *rule, dst_chain)?;
    }
    Ok(order.required("payload", text)?.into())
}

fn check(fields: &Fields<'_>, name: &str, rule: Rule, chain: ChainId) -> Result<()> {
    let given = match rule {
        Rule::Amount | Rule::OptionalAmount => fields.parsed(name, amount)?.is_some(),
        Rule::Address | Rule::OptionalAddress => {
            fields.parsed(name, |text| Address::parse(chain, text))?.is_some()
        }
        Rule::Text | Rule::OptionalText => fields.string(name)?.is_some(),
        Rule::ContractType => fields.parsed(name, contract_type)?.is_some(),
        Rule::Array => match fields.raw(name) {
            Some(value) if !value.get().starts_with('[') => {
                return Err(fields.error(name, "must be an array"));
            }
            value => value.is_some(),
        },
        Rule::TokenId => fields.number(name)?.is_some(),
        Rule::Anything => fields.raw(name).is_some(),
    };
    let optional =
        matches!(rule, Rule::OptionalAmount | Rule::OptionalAddress | Rule::OptionalText | Rule::TokenId);
    if given || optional { Ok(()) } else { Err(fields.error(name, "is required")) }
}

fn amount(text: &str) -> Result<BaseUnits, &'static str> {
    BaseUnits::parse(text).ok_or("must be a decimal string of base units, 0 to 2^256-1")
}

fn contract_type(text: &str) -> Result<(), &'static str> {
    if text == "erc721" || text == "erc1155" { Ok(()) } else { Err("must be one of erc721, erc1155") }
}
