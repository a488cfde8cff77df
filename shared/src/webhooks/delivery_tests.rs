use proptest::prelude::*;

use super::*;
use crate::kernel::{Cursor, LanePosition};

const NOW: Timestamp = Timestamp::from_millis(1_759_387_147_944);

fn failing(at: Timestamp) -> Attempt {
    Attempt { at, status_code: Some(500), error: Some("status".to_owned()), duration_millis: 12 }
}

fn delivery() -> Delivery {
    let place = FeedPlace { lane: 0, position: LanePosition::within(1, 0), cursor: Cursor::default() };
    Delivery::of_event("evt_1_1", "order.created", place, NOW)
}

proptest! {
    #[test]
    fn ten_attempts_take_three_days_and_each_wait_is_longer(random: [u128; 10]) {
        let mut delivery = delivery();
        let mut waits = Vec::new();
        for random in random {
            prop_assert_eq!(delivery.status, DeliveryStatus::Pending);
            let at = delivery.due_at.unwrap();
            delivery = delivery.after(failing(at), Occasion::Due, random);
            waits.extend(delivery.due_at.map(|due| due.millis() - at.millis()));
        }
        prop_assert_eq!((delivery.status, delivery.due_at), (DeliveryStatus::Failed, None));
        prop_assert_eq!((delivery.attempts.len(), delivery.due_attempts), (10, 10));
        prop_assert!(waits.windows(2).all(|pair| pair[0] < pair[1]), "{waits:?}");
        let hours = waits.iter().sum::<i64>() / 3_600_000;
        prop_assert!((64..=79).contains(&hours), "{hours} hours");
    }

    #[test]
    fn whatever_is_tried_in_whatever_order_a_delivery_says_what_it_is(
        attempts in prop::collection::vec((any::<bool>(), any::<bool>()), 0..40)
    ) {
        let mut now = delivery();
        for (version, (succeeds, by_hand)) in attempts.into_iter().enumerate() {
            let was = now.clone();
            let attempt = Attempt { error: (!succeeds).then(|| "timeout".to_owned()), ..failing(NOW) };
            let occasion = if by_hand { Occasion::ByHand } else { Occasion::Due };
            now = was.clone().after(attempt, occasion, 7);
            prop_assert_eq!(now.version, version as u64 + 1);
            prop_assert_eq!(now.due_at.is_some(), now.status == DeliveryStatus::Pending);
            prop_assert!(now.attempts.len() <= MOST_ATTEMPTS_KEPT);
            match (succeeds, by_hand) {
                (true, _) => prop_assert_eq!(now.status, DeliveryStatus::Delivered),
                // A manual attempt undoes neither a success nor a scheduled attempt.
                (false, true) => {
                    prop_assert_eq!((now.status, now.due_at, now.due_attempts), (was.status, was.due_at, was.due_attempts));
                }
                (false, false) => {
                    let counts = u32::from(was.status == DeliveryStatus::Pending);
                    prop_assert_eq!(now.due_attempts, was.due_attempts + counts);
                }
            }
            if was.status == DeliveryStatus::Delivered {
                prop_assert_eq!(now.status, DeliveryStatus::Delivered);
            }
        }
    }

    #[test]
    fn an_id_is_read_as_it_is_shown(random: u128, millis in 0..9_999_999_999_999_i64, sequence: u64) {
        let event = format!("evt_{random:032x}_{sequence}");
        let delivery = DeliveryId::new(Timestamp::from_millis(millis), &event);
        prop_assert_eq!(DeliveryId::parse(delivery.as_str()), Some(delivery));
    }

    #[test]
    fn no_text_makes_reading_an_id_panic(text in "(whd_)?[0-9a-f_é#]{0,60}") {
        prop_assert!(DeliveryId::parse(&text).is_none_or(|id| !id.as_str().contains('#')));
    }
}
