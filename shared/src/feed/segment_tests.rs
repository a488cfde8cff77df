use super::*;
use crate::kernel::OrderId;

fn event(length: usize) -> Box<RawValue> {
    serde_json::value::to_raw_value(&"x".repeat(length)).unwrap()
}

#[test]
fn a_segment_is_read_as_it_was_written_and_repetition_costs_little() {
    let mut draft = Draft::default();
    let subject = Subject::Order(OrderId::new(1));
    for from in 4..8 {
        draft.add(subject, from, event(1000));
    }
    let packed = draft.packed().unwrap();
    assert!(packed.len() < 200);
    let events = unpacked(&packed).unwrap();
    assert_eq!((events.len(), events[3].as_str()), (4, event(1000).get()));
    assert_eq!((draft.moves[0].from, draft.moves[0].to), (4, 8));
    assert!(unpacked(&packed[1..]).is_none());
}

#[test]
fn a_segment_fits_an_item_and_a_transaction() {
    let mut draft = Draft::default();
    let of = |n: u128| Subject::Order(OrderId::new(n << 64));
    assert!(draft.fits(of(0), 2 * MOST_BYTES));
    while draft.fits(of(0), 100_000) {
        draft.add(of(0), 0, event(100_000));
    }
    assert!(draft.bytes < MOST_BYTES && draft.len() == 3);
    let mut draft = Draft::default();
    for n in 0..MOST_SUBJECTS as u128 {
        assert!(draft.fits(of(n), 10));
        draft.add(of(n), 0, event(10));
    }
    assert!(!draft.fits(of(1_000), 10) && draft.fits(draft.moves[MOST_SUBJECTS - 1].subject, 10));
}

#[test]
fn lanes_double_when_the_first_is_hot_and_not_again_at_once() {
    let growth = Growth { hot_units: 10, pause_millis: 3000 };
    let at = |millis: i64| Timestamp::from_millis(100_000 + millis);
    let mut end = LaneEnd::START;
    for millis in [0, 400] {
        end = end.after(0, 4, at(millis), growth);
        assert_eq!((end.lanes, end.second), (1, 100));
    }
    // Another lane never decides.
    assert_eq!(end.after(1, 4, at(800), growth).lanes, 1);
    end = end.after(0, 4, at(800), growth);
    assert_eq!((end.lanes, end.units, end.grown_at, end.next), (2, 12, at(800), 3));
    assert_eq!(end.after(0, 40, at(900), growth).lanes, 2);
    assert_eq!(end.after(0, 4, at(1000), growth).units, 4);
    assert_eq!(end.after(0, 40, at(3800), growth).lanes, 4);
    let most = LaneEnd { lanes: MOST_LANES, ..end };
    assert_eq!(most.after(0, 40, at(9000), growth).lanes, MOST_LANES);
}
