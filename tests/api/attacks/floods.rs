//! Floods of requests without a key.

use std::collections::BTreeMap;

use shared::keys::Scope;
use tests::proxy::Proxy;

use super::{deployed, order_of_buyer, order_under, session_of};

/// The requests of each kind; more of them cost the same, each.
const REQUESTS: usize = 100;

#[tokio::test]
async fn a_hundred_thousand_orders_without_a_session_write_nothing() {
    let proxy = Proxy::start().await;
    let mut api = deployed().behind(&proxy).start().await;
    let key = api.make_key("shop", Scope::Write, None).await;
    let (linked, expired) = (session_of(&mut api, &key).await, session_of(&mut api, &key).await);
    order_under(&api, "0", &order_of_buyer(Some(&linked))).await.ok();
    api.use_key(Some(&key));
    api.expire(&expired).await.ok();
    api.use_key(None);

    // Each target, and the reads that an order for it may cost, with an idempotency key.
    let guessed = "0b2f6d1c-5a3e-8f47-9c1d-0199a3c0d5e8";
    let targets = [
        ("no session", None, 0),
        ("a malformed id", Some("x"), 0),
        ("a guessed id", Some(guessed), 2),
        ("a session with an order", Some(linked.as_str()), 2),
        ("an expired session", Some(expired.as_str()), 2),
    ];
    for (name, target, reads) in targets {
        proxy.take_operations();
        for number in 0..REQUESTS {
            let answer = order_under(&api, &number.to_string(), &order_of_buyer(target)).await;
            // The key of the session's own order repeats that order's answer.
            assert_eq!(answer.status == 200, name == "a session with an order" && number == 0, "{name}");
        }
        let mut counts = BTreeMap::<String, usize>::new();
        proxy.take_operations().into_iter().for_each(|operation| *counts.entry(operation).or_default() += 1);
        let others: Vec<_> = counts.keys().filter(|operation| *operation != "GetItem").collect();
        assert!(others.is_empty(), "an order for {name} makes the calls {counts:?}");
        let read = counts.get("GetItem").copied().unwrap_or_default();
        assert!(read <= reads * REQUESTS, "{name}: {read} reads");
    }
}
