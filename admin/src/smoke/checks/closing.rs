//! The checks that look back on all others, one after the other.

use super::chapter;
use crate::smoke::{
    Check,
    cleaning::clean_up,
    failure::{Failure, Outcome},
    shop::Shop,
};

/// The checks that come last.
pub(crate) fn closing() -> Vec<Check> {
    chapter!("afterwards",
        "no session that has ended is open again" => none_is_open_again,
        "everything that was made is ended" => clean_up,
        "every answer has come in the envelope" => envelopes,
    )
}

async fn none_is_open_again(shop: &Shop) -> Outcome {
    let mut ended = shop.ended();
    ended.sort_unstable();
    ended.dedup();
    for id in ended {
        shop.read_session(&id).await?.same("/data/status", "expired")?;
    }
    Ok(())
}

/// Each answer so far was held to it.
async fn envelopes(shop: &Shop) -> Outcome {
    let (answers, faults) = shop.client.envelopes();
    match faults.first() {
        None => Ok(()),
        Some(first) => {
            let expected = format!("{} ({} of {answers} answers lack it)", first.expected, faults.len());
            Err(Failure { expected, ..first.clone() }.into())
        }
    }
}
