//! The rules of payment terms for an order: which orders meet them, which deposits pay, and which delivery is enough.

use crate::{
    Error,
    checkout::{OrderTerms, OrderType},
    kernel::{Address, BaseUnits, ChainId},
    terms::{Accepted, PaymentTerms},
};
use serde::Deserialize;

impl OrderTerms {
    /// Checks that an order of these terms delivers one of the options of its session's payment terms: its amount or
    /// more, of its token, on its chain, to the recipient.
    ///
    /// # Errors
    /// [`Error::PaymentTermsNotMet`] for the first field at fault.
    pub fn check_meets(&self, payment: &PaymentTerms) -> Result<(), Error> {
        let refuse = |param, rule: &str| Err(Error::PaymentTermsNotMet { param, rule: rule.to_owned() });
        if !matches!(self.order_type, OrderType::Swap | OrderType::X402Swap) {
            return refuse("type", "must be swap or x402_swap: the session has payment terms");
        }
        if self.recipient_address != payment.recipient_address {
            return refuse("recipientAddress", "must be the recipient of the session's payment terms");
        }
        if !payment.options.iter().any(|option| option.chain == self.dst_chain) {
            return refuse("dstChain", "must be the chain of one of the session's payment options");
        }
        let Some(option) = payment.option(self.dst_chain, &self.dst_token_address) else {
            return refuse("dstTokenAddress", "must be the token of one of the session's payment options");
        };
        let (param, delivered) = match self.is_transfer() {
            true => ("srcAmount", self.src_amount),
            false => ("payload.expectedDstAmount", self.expected_dst_amount().unwrap_or_default()),
        };
        match delivered >= option.amount {
            true => Ok(()),
            false => refuse(
                param,
                &format!("must be at least {}, the amount of the session's payment option", option.amount),
            ),
        }
    }

    /// Checks that an order of these terms is to be paid in one of the options of its session's payment terms. Where the
    /// deployment watches chains, no other payment can reach the recipient: a card payment is the only order that could
    /// name another token, and a deposit of that would hold the order for good.
    ///
    /// # Errors
    /// [`Error::PaymentTermsNotMet`].
    pub fn check_pays_an_option(&self, payment: &PaymentTerms) -> Result<(), Error> {
        let rule = "must be, on srcChain, the token of one of the session's payment options";
        match payment.option(self.src_chain, &self.src_token_address) {
            Some(_) => Ok(()),
            None => Err(Error::PaymentTermsNotMet { param: "srcTokenAddress", rule: rule.to_owned() }),
        }
    }

    /// Returns true if the money changes neither chain nor token.
    pub(crate) fn is_transfer(&self) -> bool {
        self.src_chain == self.dst_chain && self.src_token_address == self.dst_token_address
    }

    /// The tokens that pay an order: with payment terms their options, whichever the order was created with; its own
    /// token where it is none of them and has to be swapped.
    pub fn accepted(&self) -> Vec<Accepted> {
        let own =
            Accepted { chain: self.src_chain, token: self.src_token_address.clone(), least: self.src_amount };
        let mut accepted: Vec<_> = self.payment.iter().flat_map(PaymentTerms::accepted).collect();
        if !accepted.iter().any(|it| it.is(own.chain, &own.token)) {
            accepted.push(own);
        }
        accepted
    }

    /// Returns true if a payment in this token is what the recipient gets, without a change of chain or token.
    pub(crate) fn goes_directly(&self, paid_with: &Accepted) -> bool {
        match &self.payment {
            Some(payment) => payment.option(paid_with.chain, &paid_with.token).is_some(),
            None => self.is_transfer(),
        }
    }

    /// The delivery on `chain` that is enough for the order to be executed; `None` if none there can be. Evidence may
    /// not name the token: then it is the one that was paid with, if it goes directly, or the destination token.
    pub(crate) fn owed(
        &self,
        paid_with: &Accepted,
        chain: ChainId,
        token: Option<&Address>,
    ) -> Option<Accepted> {
        let direct = self.goes_directly(paid_with) && paid_with.chain == chain;
        let usual = if direct { &paid_with.token } else { &self.dst_token_address };
        let token = token.unwrap_or(usual);
        match &self.payment {
            Some(payment) => payment.accepted().find(|it| it.is(chain, token)),
            // Without payment terms, the order's carrier decides what is enough.
            None => Some(Accepted { chain, token: token.clone(), least: BaseUnits::ZERO }),
        }
    }

    /// The amount that the payload promises the recipient, if it does.
    pub(crate) fn expected_dst_amount(&self) -> Option<BaseUnits> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Payload {
            expected_dst_amount: Option<BaseUnits>,
        }
        serde_json::from_str::<Payload>(self.payload.as_str()).ok()?.expected_dst_amount
    }
}

#[cfg(test)]
#[path = "accepted_tests.rs"]
mod tests;
