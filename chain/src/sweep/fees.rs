//! The price of gas that a transaction offers.

/// The offer for a unit of gas, in wei.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Fees {
    /// The most to pay, tip included.
    pub(super) max: u128,
    /// The tip in it.
    pub(super) tip: u128,
}

impl Fees {
    /// The offer for a new transaction, given the newest block's base fee. `None` while gas costs more than
    /// `ceiling`.
    pub(super) fn new(base: u128, tip: u128, ceiling: u128) -> Option<Self> {
        if base.saturating_add(tip) > ceiling {
            return None;
        }
        // Some room is left below the ceiling for raises, where prices allow.
        let room = (ceiling / 4 * 3).max(base + tip);
        Some(Self { max: base.saturating_mul(2).saturating_add(tip).min(room), tip })
    }

    /// The offer that nodes accept in place of `last`. `None` where it would exceed `ceiling`.
    pub(super) fn raised_from(self, last: Self, ceiling: u128) -> Option<Self> {
        let (max, tip) = (self.max.max(raised(last.max)), self.tip.max(raised(last.tip)));
        (max <= ceiling).then(|| Self { max, tip: tip.min(max) })
    }
}

/// A fee that is a bit more than a tenth higher: nodes want a tenth of a replacement.
fn raised(fee: u128) -> u128 {
    fee.saturating_add(fee / 8).saturating_add(1)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn an_offer_covers_the_present_price_and_stays_below_the_ceiling(
            base in 0..u128::MAX / 4, tip in 0..u128::MAX / 4, ceiling in 1..u128::MAX,
        ) {
            match Fees::new(base, tip, ceiling) {
                Some(fees) => {
                    prop_assert!(fees.max >= base + tip && fees.max <= ceiling);
                    prop_assert_eq!(fees.tip, tip);
                }
                None => prop_assert!(base + tip > ceiling),
            }
        }

        #[test]
        fn a_raise_offers_a_tenth_more_of_both_or_is_not_made(
            base in 0..1_u128 << 80, tip in 0..1_u128 << 80, ceiling in 1..1_u128 << 90,
            last_max in 0..1_u128 << 90, last_tip in 0..1_u128 << 90,
        ) {
            prop_assume!(last_tip <= last_max);
            let last = Fees { max: last_max, tip: last_tip };
            let Some(fees) = Fees::new(base, tip, ceiling) else { return Ok(()) };
            match fees.raised_from(last, ceiling) {
                Some(new) => {
                    prop_assert!(new.max * 10 >= last.max * 11 && new.max > last.max);
                    prop_assert!(new.tip * 10 >= last.tip * 11 && new.tip > last.tip);
                    prop_assert!(new.max >= fees.max && new.tip <= new.max && new.max <= ceiling);
                }
                None => prop_assert!(raised(last.max) > ceiling),
            }
        }
    }
}
