//! Payment links for wallets, after ERC-681.

use shared::kernel::{Address, BaseUnits, ChainId};

/// The link that pays `amount` of `token` to `to`. An amount of zero is left to the buyer.
///
/// A native payment names the address itself: `ethereum:<to>@<chain>?value=<amount>`. For a token, the address of the
/// link is the token's contract, which is called: `ethereum:<token>@<chain>/transfer?address=<to>&uint256=<amount>`.
pub(crate) fn payment_uri(chain: ChainId, token: &Address, to: &str, amount: BaseUnits) -> String {
    let chain = chain.number();
    match (token.is_native_token(), amount.is_zero()) {
        (true, true) => format!("ethereum:{to}@{chain}"),
        (true, false) => format!("ethereum:{to}@{chain}?value={amount}"),
        (false, true) => format!("ethereum:{token}@{chain}/transfer?address={to}"),
        (false, false) => format!("ethereum:{token}@{chain}/transfer?address={to}&uint256={amount}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn native_payments_and_token_transfers_have_their_own_forms() {
        let chain = ChainId::new(8453).unwrap();
        let token = Address::parse(chain, "0x833589fcd6edb6e08f4c7c32d4f71b54bda02913").unwrap();
        let to = "0x99ec1088d1e62e468599c21ee677b8e49a5b4cec";
        let amount = BaseUnits::parse("19990000").unwrap();
        assert_eq!(
            payment_uri(chain, &token, to, amount),
            format!("ethereum:{token}@8453/transfer?address={to}&uint256=19990000")
        );
        assert_eq!(
            payment_uri(chain, &Address::native_token(), to, amount),
            format!("ethereum:{to}@8453?value=19990000")
        );
        assert_eq!(
            payment_uri(chain, &Address::native_token(), to, BaseUnits::ZERO),
            format!("ethereum:{to}@8453")
        );
    }
}
