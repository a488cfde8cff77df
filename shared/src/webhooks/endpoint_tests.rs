use proptest::prelude::*;

use super::*;
use crate::kernel::LanePosition;

const NOW: Timestamp = Timestamp::from_millis(1_759_387_147_944);

proptest! {
    #[test]
    fn an_id_is_read_as_it_is_shown(random: u128) {
        let endpoint = EndpointId::new(random);
        prop_assert_eq!(EndpointId::parse(&endpoint.to_string()), Some(endpoint));
    }

    #[test]
    fn no_text_makes_reading_an_id_panic(text in "(we_)?[0-9a-f_é#]{0,60}") {
        let _ = EndpointId::parse(&text);
    }

    #[test]
    fn a_new_secret_signs_beside_the_old_one_until_that_ends(overlap in 0..86_400_000_i64, rotations in 1..9_u128) {
        let endpoint = Endpoint {
            id: EndpointId::new(1),
            owner: Owner::default(),
            url: "https://shop.example/hooks".to_owned(),
            description: None,
            event_types: None,
            enabled: true,
            secrets: vec![SecretInUse { secret: WebhookSecret::new([0, 0]), until: None }],
            created_at: NOW,
            after: Cursor::default(),
            version: 0,
        };
        let endpoint = (1..=rotations).fold(endpoint, |endpoint, seed| {
            endpoint.with_new_secret(WebhookSecret::new([seed, seed]), overlap, NOW)
        });
        let newest = WebhookSecret::new([rotations, rotations]);
        prop_assert_eq!(endpoint.secrets_at(NOW).first().copied(), Some(newest.reveal()));
        let old = if overlap == 0 { 0 } else { rotations.min(MOST_OLD_SECRETS as u128) as usize };
        prop_assert_eq!(endpoint.secrets_at(NOW).len(), 1 + old);
        prop_assert_eq!(endpoint.secrets_at(NOW.plus_millis(overlap)), vec![newest.reveal()]);
        let shown = format!("{endpoint:?}");
        prop_assert!(!shown.contains(newest.reveal()));
    }
}

fn cursor(position: u64) -> Cursor {
    Cursor::parse(&format!("{position:016x}")).unwrap()
}

fn place(lane: usize, segment: u64) -> FeedPlace {
    FeedPlace { lane, position: LanePosition::within(segment, 0), cursor: cursor(segment << 8) }
}

#[test]
fn an_endpoint_wants_what_came_after_it_and_what_it_asked_for() {
    let all = Endpoint {
        id: EndpointId::new(1),
        owner: Owner::default(),
        url: String::new(),
        description: None,
        event_types: None,
        enabled: true,
        secrets: Vec::new(),
        created_at: NOW,
        after: cursor(0x500),
        version: 0,
    };
    let some = Endpoint { event_types: Some(vec![EventType::SessionCompleted]), ..all.clone() };
    let off = Endpoint { enabled: false, ..all.clone() };
    let completed = "checkout.session.completed";
    assert!(all.wants(&place(0, 6), completed) && all.wants(&place(0, 6), "order.created"));
    assert!(!all.wants(&place(0, 5), completed));
    // It knew of no other lane.
    assert!(all.wants(&place(1, 1), completed));
    assert!(some.wants(&place(0, 6), completed) && !some.wants(&place(0, 6), "order.created"));
    assert!(!off.wants(&place(0, 6), completed));
}
