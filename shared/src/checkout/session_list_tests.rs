use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;

fn position(n: u128) -> ListPosition {
    let made = Timestamp::from_millis(1_000_000 + (n % 7) as i64);
    (made, SessionId::new(n << 96, made.plus_millis(300_000), false))
}

/// The entries of an index after a position, newest first, as [`CheckoutStore::listed`] returns them.
fn listed(list: &BTreeSet<ListPosition>, after: Option<ListPosition>, limit: usize) -> Part {
    let rest = list.iter().rev().filter(|position| after.is_none_or(|after| **position < after));
    let positions: Vec<_> = rest.copied().take(limit).collect();
    let end = positions.last().copied().filter(|_| positions.len() == limit);
    Part { examined: positions.len(), positions, end }
}

proptest! {
    #[test]
    fn two_lists_are_walked_as_one(
        drawn in prop::collection::vec((0_u128..60, 0..3_u8), 0..60),
        limits in (1_usize..9, 1_usize..9, 1_usize..9),
    ) {
        // Each entry is in one list, the other, or both.
        let list = |no: u8| drawn.iter().filter(move |(_, of)| *of != no).map(|(n, _)| position(*n));
        let (one, other): (BTreeSet<_>, BTreeSet<_>) = (list(0).collect(), list(1).collect());
        let (mut walked, mut after) = (Vec::new(), None);
        loop {
            let part = listed(&one, after, limits.0).merge(listed(&other, after, limits.1));
            let part = part.first(limits.2);
            walked.extend(part.positions);
            prop_assert!(part.end.is_none() || after.is_none() || part.end < after);
            after = part.end;
            if after.is_none() {
                break;
            }
        }
        walked.reverse();
        prop_assert!(walked.iter().eq(one.union(&other)));
    }
}
