//! Sample data for tests of the model.

use crate::{
    checkout::{OrderTerms, OrderType},
    kernel::{Address, BaseUnits, ChainId, RawJson},
};

/// The zero address, which stands for a chain's native token.
pub(crate) const NATIVE: &str = "0x0000000000000000000000000000000000000000";

/// The terms of an order of a million base units of a token, on its chain.
pub(crate) fn terms(chain: u64, token: &str) -> OrderTerms {
    let chain = ChainId::new(chain).unwrap();
    let token = Address::parse_token(chain, token).unwrap();
    OrderTerms {
        order_type: OrderType::Swap,
        recipient_address: Address::parse(chain, "0xa7539d73700b1726ebe1eef9d4d8ccdf3f4e3b44").unwrap(),
        src_chain: chain,
        dst_chain: chain,
        src_token_address: token.clone(),
        dst_token_address: token,
        src_amount: BaseUnits::parse("1000000").unwrap(),
        payload: RawJson::empty_object(),
        metadata: RawJson::empty_object(),
        onramp: None,
        creator_address: None,
        partner_id: None,
        client_reference_id: None,
        payment: None,
    }
}
