//! Payment terms: the recipient, the tokens and the amounts that pay a session (`openapi.yaml`, "Payment terms").

use serde::{Deserialize, Serialize};

use crate::kernel::{Address, BaseUnits, ChainId};

/// The terms on which a session is paid. Stored and shown in this form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaymentTerms {
    /// The address that the money is for, on the chain of each option.
    pub recipient_address: Address,
    /// 1 to 20 options, no chain and token twice; any one of them pays the session.
    pub options: Vec<PaymentOption>,
    /// The part of its amount that an option may lack, in hundredths of a percent: exchanges take their fee out of the
    /// payments that they send.
    pub tolerance_bps: u16,
    /// The chain on which the recipient wants the money. Payments stay on their chain, so all options are on it.
    pub settle_on: Option<SettleOn>,
}

/// One way to pay a session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaymentOption {
    /// The chain.
    pub chain: ChainId,
    /// The token; the zero address is the chain's native token.
    pub token_address: Address,
    /// The amount, in the token's base units.
    pub amount: BaseUnits,
}

/// The recipient's chain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SettleOn {
    /// The chain.
    pub chain: ChainId,
}

/// A token that pays an order, and the least amount of it that does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Accepted {
    /// The chain.
    pub chain: ChainId,
    /// The token.
    pub token: Address,
    /// The least amount, in base units; zero if any amount will do.
    pub least: BaseUnits,
}

impl Accepted {
    /// Returns true for this chain and token.
    pub fn is(&self, chain: ChainId, token: &Address) -> bool {
        self.chain == chain && self.token == *token
    }
}

impl PaymentTerms {
    /// The most options.
    pub const MAX_OPTIONS: usize = 20;

    /// The greatest tolerance, in hundredths of a percent.
    pub const MAX_TOLERANCE_BPS: u16 = 1_000;

    /// The option of this chain and token.
    pub fn option(&self, chain: ChainId, token: &Address) -> Option<&PaymentOption> {
        self.options.iter().find(|option| option.chain == chain && option.token_address == *token)
    }

    /// The options with the least amounts that pay them, in their order.
    pub fn accepted(&self) -> impl Iterator<Item = Accepted> + '_ {
        self.options.iter().map(|option| Accepted {
            chain: option.chain,
            token: option.token_address.clone(),
            least: option.amount.less_bps(self.tolerance_bps),
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn units(amount: u128) -> BaseUnits {
        BaseUnits::parse(&amount.to_string()).unwrap()
    }

    proptest! {
        #[test]
        fn the_least_amount_is_within_the_tolerance_and_above_zero(
            amount in 1..=u128::MAX / 20_000,
            bps in 0..=PaymentTerms::MAX_TOLERANCE_BPS,
        ) {
            let least: u128 = units(amount).less_bps(bps).to_string().parse().unwrap();
            prop_assert!(least >= 1 && least <= amount);
            // Rounded against the payer: nobody pays less than the exact share, and at most one unit more.
            let exact = amount * (10_000 - u128::from(bps));
            prop_assert!(least * 10_000 >= exact && (least - 1) * 10_000 < exact);
        }
    }

    #[test]
    fn the_greatest_amount_does_not_overflow() {
        let max = BaseUnits::MAX;
        assert_eq!(max.less_bps(0), max);
        assert!(max.less_bps(1_000) < max);
    }
}
