//! Sessions as they are stored.

use crate::{
    checkout::Session,
    dynamo::{
        Item, OPEN_SHARD, REMOVABLE_AT, StoreError, from_item, keys, number, to_item, transact::Refusal,
    },
};

/// A new session as it is kept.
pub(crate) fn session_item(session: &Session, retention_millis: i64) -> Result<Item, StoreError> {
    let mut item = to_item(session)?;
    let removable_at = session.expires_at.plus_millis(retention_millis).millis() / 1000;
    item.insert(REMOVABLE_AT.to_owned(), number(removable_at));
    item.extend(keys::listing(
        &session.owner,
        session.created_at,
        session.id,
        session.client_reference_id.as_deref(),
    ));
    item.insert(OPEN_SHARD.to_owned(), keys::open_shard(session.id));
    Ok(item)
}

/// The session on which a condition failed: `None` where there is no such session.
pub(crate) fn refused_session(refusal: Option<Refusal>) -> Result<Option<Session>, StoreError> {
    refusal.and_then(|refusal| refusal.found).map(read_session).transpose()
}

pub(crate) fn read_session(item: Item) -> Result<Session, StoreError> {
    let mut session: Session = from_item("session", item)?;
    // Who expires a session by hand writes down its order's end without knowing whether it has one.
    if session.order_id.is_none() {
        session.state.order_status = None;
    }
    Ok(session)
}
