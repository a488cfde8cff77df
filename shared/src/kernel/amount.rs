//! Amounts of money.

use std::fmt;

use alloy_primitives::{U256, U512};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// An amount in a token's base units (the smallest unit, such as 10⁻⁶ USDC), 0 to 2²⁵⁶−1. Written as a
/// decimal string everywhere: JSON numbers lose digits.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct BaseUnits(U256);

impl BaseUnits {
    /// Zero.
    pub const ZERO: Self = Self(U256::ZERO);

    /// 2²⁵⁶−1.
    pub const MAX: Self = Self(U256::MAX);

    /// Reads a decimal string: digits only, no sign, point, or leading zero, at most 2²⁵⁶−1.
    pub fn parse(text: &str) -> Option<Self> {
        let digits_only = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        if !digits_only || (text.len() > 1 && text.starts_with('0')) {
            return None;
        }
        U256::from_str_radix(text, 10).ok().map(Self)
    }

    /// Returns true for zero.
    pub fn is_zero(self) -> bool {
        self.0.is_zero()
    }

    /// The sum, at most 2²⁵⁶−1: enough to pay any order.
    #[must_use]
    pub fn saturating_add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }

    /// The difference, at least zero.
    #[must_use]
    pub fn saturating_sub(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }

    /// The amount less `bps` hundredths of a percent of it, rounded up. `bps` is at most 10,000.
    #[must_use]
    pub fn less_bps(self, bps: u16) -> Self {
        let share = U512::from(self.0) * U512::from(bps) / U512::from(10_000);
        Self(self.0.saturating_sub(share.saturating_to()))
    }
}

impl fmt::Display for BaseUnits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Serialize for BaseUnits {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for BaseUnits {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text)
            .ok_or_else(|| de::Error::custom("an amount must be a decimal string of base units"))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const MAX: &str = "115792089237316195423570985008687907853269984665640564039457584007913129639935";

    #[test]
    fn the_bounds_are_exact() {
        assert_eq!(BaseUnits::parse(MAX).unwrap().to_string(), MAX);
        let one_more = format!("{}6", MAX.strip_suffix('5').unwrap());
        for bad in ["", "00", "01", "+1", "-1", "1.0", "1e3", "0x10", "1_000", " 1", "١", &one_more] {
            assert_eq!(BaseUnits::parse(bad), None, "{bad}");
        }
    }

    proptest! {
        #[test]
        fn decimal_text_comes_back_as_it_was(text in "0|[1-9][0-9]{0,76}") {
            prop_assert_eq!(BaseUnits::parse(&text).unwrap().to_string(), text);
        }

        #[test]
        fn no_text_makes_it_panic(text in ".*") {
            if let Some(amount) = BaseUnits::parse(&text) {
                prop_assert_eq!(amount.to_string(), text);
            }
        }
    }
}
