//! Sessions as they are stored.

use serde::{Deserialize, Serialize};

use crate::{
    checkout::{ExpiredReason, OrderStatus, Paid, Session, SessionState, SessionStatus},
    dynamo::{
        Item, OPEN_SHARD, REMOVABLE_AT, StoreError, from_item, keys, number, to_item, transact::Refusal,
    },
    kernel::{OrderId, Owner, RawJson, RedirectUrl, SessionId, Timestamp, json::json_text},
    terms::{Display, PaymentTerms},
};

/// A session's attributes, except for those that only indexes and TTL read.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct SessionRecord {
    id: SessionId,
    #[serde(default, skip_serializing_if = "Owner::is_default")]
    owned_by: Owner,
    status: SessionStatus,
    order_status: Option<OrderStatus>,
    expired_reason: Option<ExpiredReason>,
    order_id: Option<OrderId>,
    success_url: Option<RedirectUrl>,
    cancel_url: Option<RedirectUrl>,
    metadata: RawJson,
    client_reference_id: Option<String>,
    created_at: Timestamp,
    expires_at: Timestamp,
    deadline: Timestamp,
    ended_at: Option<Timestamp>,
    public_url: String,
    /// As text, which the link's condition compares with the terms that an order was checked against.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "json_text")]
    payment: Option<PaymentTerms>,
    #[serde(default, skip_serializing_if = "Option::is_none", with = "json_text")]
    display: Option<Box<Display>>,
    #[serde(default, skip_serializing_if = "Option::is_none", with = "json_text")]
    paid: Option<Paid>,
}

impl From<&Session> for SessionRecord {
    fn from(session: &Session) -> Self {
        let SessionState { status, order_status, expired_reason } = session.state;
        Self {
            id: session.id,
            owned_by: session.owner.clone(),
            status,
            order_status,
            expired_reason,
            order_id: session.order_id,
            success_url: session.success_url.clone(),
            cancel_url: session.cancel_url.clone(),
            metadata: session.metadata.clone(),
            client_reference_id: session.client_reference_id.clone(),
            created_at: session.created_at,
            expires_at: session.expires_at,
            deadline: session.deadline,
            ended_at: session.ended_at,
            public_url: session.public_url.clone(),
            payment: session.payment.clone(),
            display: session.display.clone(),
            paid: session.paid.clone(),
        }
    }
}

impl From<SessionRecord> for Session {
    fn from(record: SessionRecord) -> Self {
        let SessionRecord { status, order_status, expired_reason, .. } = record;
        // A manual expiry writes the order's expiry too, without knowing whether there is an order.
        let order_status = order_status.filter(|_| record.order_id.is_some());
        Self {
            id: record.id,
            owner: record.owned_by,
            state: SessionState { status, order_status, expired_reason },
            order_id: record.order_id,
            success_url: record.success_url,
            cancel_url: record.cancel_url,
            metadata: record.metadata,
            client_reference_id: record.client_reference_id,
            created_at: record.created_at,
            expires_at: record.expires_at,
            deadline: record.deadline,
            ended_at: record.ended_at,
            public_url: record.public_url,
            payment: record.payment,
            display: record.display,
            paid: record.paid,
        }
    }
}

pub(crate) fn session_item(session: &Session, retention_millis: i64) -> Result<Item, StoreError> {
    let mut item = to_item(&SessionRecord::from(session))?;
    let removable_at = session.expires_at.plus_millis(retention_millis).millis() / 1000;
    item.insert(REMOVABLE_AT.to_owned(), number(removable_at));
    item.extend(keys::listing(
        &session.owner,
        session.created_at,
        session.id,
        session.client_reference_id.as_deref(),
    ));
    if let Some(list) = item.get("list").cloned() {
        item.insert(status_list(session.state.status), list);
    }
    item.insert(OPEN_SHARD.to_owned(), keys::open_shard(session.id));
    Ok(item)
}

/// The index of a merchant's sessions of a status, and its key's attribute. Only sessions of that status have it.
pub(crate) fn status_list(status: SessionStatus) -> String {
    format!("list_{status}")
}

/// Moves a session into the list of its new status: what an update sets, and what it removes. The list's key is copied,
/// since a write without a prior read does not know it.
pub(crate) fn relisted(status: SessionStatus) -> (String, String) {
    let others = SessionStatus::ALL.into_iter().filter(|other| *other != status);
    (format!("{} = #list", status_list(status)), others.map(status_list).collect::<Vec<_>>().join(", "))
}

/// The session on which a condition failed; `None` if there is no such session.
pub(crate) fn refused_session(refusal: Option<Refusal>) -> Result<Option<Session>, StoreError> {
    refusal.and_then(|refusal| refusal.found).map(read_session).transpose()
}

/// Reads a session's item.
pub(crate) fn read_session(item: Item) -> Result<Session, StoreError> {
    from_item::<SessionRecord>("session", item).map(Session::from)
}
