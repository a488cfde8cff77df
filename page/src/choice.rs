//! A buyer's choice among the payment options.

use std::fmt;

use shared::{
    Error, Result,
    kernel::{Address, ChainId},
};

/// A chain and a token, written `<chain>:<token>`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// The chain.
    pub chain: ChainId,
    /// The token.
    pub token: Address,
}

impl Choice {
    /// The form's field and the query's parameter.
    pub(crate) const FIELD: &str = "option";

    /// Reads a choice; `None` if it is malformed.
    pub fn parse(text: &str) -> Option<Self> {
        let (chain, token) = text.split_once(':')?;
        let digits = chain.bytes().all(|byte| byte.is_ascii_digit());
        let chain = ChainId::new(chain.parse().ok().filter(|_| digits)?)?;
        Some(Self { chain, token: Address::parse_token(chain, token).ok()? })
    }

    /// Reads the choice in a form that was sent.
    ///
    /// # Errors
    /// [`Error::InvalidField`].
    pub fn of_form(body: &str) -> Result<Self> {
        let mut fields = form_urlencoded::parse(body.as_bytes());
        let value = fields.find(|(name, _)| name == Self::FIELD).map(|(_, value)| value);
        value
            .and_then(|value| Self::parse(&value))
            .ok_or_else(|| Error::invalid(Self::FIELD, "must be a chain and a token, as <chain>:<token>"))
    }
}

impl fmt::Display for Choice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.chain.number(), self.token)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const USDC: &str = "8453:0x833589fcd6edb6e08f4c7c32d4f71b54bda02913";

    #[test]
    fn a_choice_is_written_as_it_is_read() {
        assert_eq!(Choice::parse(USDC).unwrap().to_string(), USDC);
        let form = format!("lang=de&option={}", USDC.replace(':', "%3A"));
        assert_eq!(Choice::of_form(&form).unwrap().to_string(), USDC);
    }

    #[test]
    fn anything_else_is_refused() {
        for bad in
            ["", "8453", "8453:", ":0x833589fcd6edb6e08f4c7c32d4f71b54bda02913", "+1:0x00", "0:x", "<b>"]
        {
            assert_eq!(Choice::parse(bad), None, "{bad}");
            assert!(Choice::of_form(&format!("option={bad}")).is_err(), "{bad}");
        }
        assert!(Choice::of_form("").is_err());
    }
}
