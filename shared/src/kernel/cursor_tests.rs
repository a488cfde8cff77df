use proptest::prelude::*;

use super::*;

fn cursors() -> impl Strategy<Value = Cursor> {
    let lanes = |power: u32| prop::collection::vec(any::<u64>(), 1 << power);
    (0..=6_u32).prop_flat_map(lanes).prop_map(|lanes| Cursor(lanes.into_iter().map(LanePosition).collect()))
}

proptest! {
    #[test]
    fn a_cursor_is_read_as_it_was_written(cursor in cursors()) {
        prop_assert_eq!(Cursor::parse(&cursor.to_string()), Some(cursor));
    }

    #[test]
    fn each_cursor_has_one_text(text in "v?[0-9a-zA-Z]{0,40}") {
        if let Some(cursor) = Cursor::parse(&text) {
            prop_assert_eq!(cursor.to_string(), text);
        }
    }

    #[test]
    fn positions_sort_as_the_events_do(
        one in (0..1_u64 << 40, 0..=MOST_SEGMENT_EVENTS),
        other in (0..1_u64 << 40, 0..=MOST_SEGMENT_EVENTS),
    ) {
        let of = |(segment, events)| LanePosition::within(segment, events);
        prop_assert_eq!(one.cmp(&other), of(one).cmp(&of(other)));
        prop_assert_eq!((of(one).segment(), of(one).events()), one);
    }
}

#[test]
fn a_number_of_lanes_that_no_feed_has_is_refused() {
    let text = |lanes: usize| format!("v{}", bs58::encode(vec![1; lanes]).into_string());
    for lanes in [0, 1, 3, 65, 128] {
        assert_eq!(Cursor::parse(&text(lanes)), None, "{lanes}");
    }
    assert_eq!(Cursor::parse(&text(64)).unwrap().lanes(), 64);
    // The second byte of the number says nothing.
    assert_eq!(Cursor::parse(&format!("v{}", bs58::encode([0x81, 0, 1]).into_string())), None);
}
