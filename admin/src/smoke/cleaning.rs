//! Ends what the checks have made: expires sessions, deletes endpoints.

use futures_util::{StreamExt as _, stream};
use reqwest::Method;

use crate::smoke::{
    failure::{Failure, Outcome, Stop},
    request::Request,
    shop::{ENDPOINTS, SESSIONS, Shop},
};

/// The number of requests that are sent at once.
const AT_ONCE: usize = 4;

/// The number of times that a request is sent before it is given up.
const TRIES: usize = 3;

/// Ends everything that was made; orders end with their sessions, or by themselves after 15 minutes.
pub(crate) async fn clean_up(shop: &Shop) -> Outcome {
    let made = shop.take_made();
    let mut sessions = made.sessions;
    sessions.sort_unstable();
    sessions.dedup();
    let open = sessions.iter().filter(|id| !made.ended.contains(id));
    let expire =
        open.map(|id| (Request::new(Method::POST, format!("{SESSIONS}/{id}/expire")), "session_not_open"));
    let delete = made
        .endpoints
        .iter()
        .map(|id| (Request::new(Method::DELETE, format!("{ENDPOINTS}/{id}")), "webhook_endpoint_not_found"));
    let requests: Vec<_> = expire.chain(delete).collect();
    let ends = stream::iter(requests).map(|(request, gone)| end(shop, request, gone));
    let left: Vec<_> = ends.buffered(AT_ONCE).filter_map(async |failure| failure).collect().await;
    match left.split_first() {
        None => Ok(()),
        Some((first, others)) => {
            let expected = format!("{}; {} more could not be ended", first.expected, others.len());
            Err(Failure { expected, ..first.clone() }.into())
        }
    }
}

/// Sends the request until it succeeds, or the answer says that there is nothing to end.
async fn end(shop: &Shop, request: Request, gone: &str) -> Option<Failure> {
    let mut left = None;
    for _ in 0..TRIES {
        match shop.send(request.clone()).await {
            Ok(answer) if answer.status == 200 || answer.body["error"]["code"] == gone => return None,
            Ok(answer) => left = Some(answer.failure("what the checks have made can be ended")),
            Err(Stop::Failed(failure)) => left = Some(*failure),
            Err(Stop::Skipped(_)) => {}
        }
    }
    left
}
