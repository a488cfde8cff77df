//! Amounts as decimals. Exact: a rounded amount would make the buyer pay too little.

use shared::kernel::BaseUnits;

/// The amount in whole tokens: `19990000` with 6 decimals is `19.99`. Without grouping, so that it can be copied.
pub(crate) fn decimal(amount: BaseUnits, decimals: u8) -> String {
    let places = usize::from(decimals);
    let digits = format!("{amount:0>width$}", amount = amount.to_string(), width = places + 1);
    let (whole, fraction) = digits.split_at(digits.len() - places);
    match fraction.trim_end_matches('0') {
        "" => whole.to_owned(),
        fraction => format!("{whole}.{fraction}"),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn units(text: &str) -> BaseUnits {
        BaseUnits::parse(text).unwrap()
    }

    #[test]
    fn amounts_are_exact() {
        for (amount, decimals, shown) in [
            ("0", 0, "0"),
            ("0", 18, "0"),
            ("1", 18, "0.000000000000000001"),
            ("19990000", 6, "19.99"),
            ("20000000", 6, "20"),
            ("120", 0, "120"),
            ("100", 2, "1"),
            ("99", 2, "0.99"),
        ] {
            assert_eq!(decimal(units(amount), decimals), shown);
        }
        let max = decimal(BaseUnits::MAX, 77);
        assert_eq!(max.replace('.', ""), BaseUnits::MAX.to_string());
    }

    proptest! {
        #[test]
        fn nothing_is_lost(text in "0|[1-9][0-9]{0,76}", decimals in 0_u8..=77) {
            let shown = decimal(units(&text), decimals);
            let (whole, fraction) = shown.split_once('.').unwrap_or((&shown, ""));
            let back = format!("{whole}{fraction:0<width$}", width = usize::from(decimals));
            let back = back.trim_start_matches('0');
            prop_assert_eq!(if back.is_empty() { "0" } else { back }, text);
        }
    }
}
