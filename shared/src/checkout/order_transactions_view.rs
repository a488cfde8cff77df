//! An order's transactions as clients see them.

use serde::Serialize;

use crate::{
    checkout::{
        EvidenceRecord, Fact, Folded, FoldedSum, Order, OrderHistory, OrderView, RefundStatus, RelayStatus,
        evidence_record::withdrawn_ids, order_view::Null,
    },
    kernel::{Address, BaseUnits, ChainId, OrderId, Timestamp},
};

/// The data of `GET /orders/{orderId}`: the order with its transactions, each list by the
/// transactions' own time.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct OrderAndTransactions<'a> {
    order: OrderView<'a>,
    /// The deposits, the folded ones left out.
    pub deposit_txs: Vec<DepositTx<'a>>,
    relay_txs: Vec<RelayTx<'a>>,
    execute_tx: Option<ExecuteTx<'a>>,
    /// The refunds.
    pub refund_txs: Vec<RefundTx<'a>>,
    points: Null,
    folded_deposits: Option<FoldedDeposits<'a>>,
}

/// The deposits that the list leaves out.
#[derive(Serialize)]
struct FoldedDeposits<'a> {
    count: u64,
    late: bool,
    amounts: Vec<FoldedAmount<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct FoldedAmount<'a> {
    chain: ChainId,
    token_address: &'a Address,
    amount: BaseUnits,
}

/// A deposit of an order.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the fields are those of openapi.yaml")]
pub struct DepositTx<'a> {
    order_id: OrderId,
    pub chain: ChainId,
    from: Option<&'a Address>,
    pub tx_hash: &'a str,
    pub amount: BaseUnits,
    pub created_at: Timestamp,
    pub token: &'a Address,
    pub status: DepositStatus,
}

/// The status of a deposit; other than counted, it gives the reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names are those of openapi.yaml")]
pub enum DepositStatus {
    Counted,
    Late,
    OtherToken,
    Withdrawn,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct RelayTx<'a> {
    order_id: OrderId,
    chain: ChainId,
    tx_hash: &'a str,
    status: RelayStatus,
    created_at: Timestamp,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ExecuteTx<'a> {
    order_id: OrderId,
    chain: ChainId,
    tx_hash: &'a str,
    created_at: Timestamp,
}

/// A refund of an order.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the fields are those of openapi.yaml")]
pub struct RefundTx<'a> {
    order_id: OrderId,
    pub chain: ChainId,
    pub tx_hash: &'a str,
    pub amount: BaseUnits,
    pub status: RefundTxStatus,
    pub created_at: Timestamp,
}

/// The status of a refund.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum RefundTxStatus {
    /// As the evidence tells.
    Told(RefundStatus),
    /// A reorganisation has removed it.
    Withdrawn(Withdrawn),
}

/// `"withdrawn"`
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Withdrawn {
    /// The only value.
    Withdrawn,
}

impl<'a> From<&'a OrderHistory> for OrderAndTransactions<'a> {
    fn from(record: &'a OrderHistory) -> Self {
        let order = &record.order;
        let mut pieces: Vec<&EvidenceRecord> = record.evidence.iter().collect();
        pieces.sort_by_key(|piece| (piece.evidence.occurred_at, &piece.evidence.id));
        let withdrawn = withdrawn_ids(record.evidence.iter());
        let is_withdrawn = |piece: &EvidenceRecord| withdrawn.contains(&&piece.evidence.id);
        Self {
            order: order.into(),
            deposit_txs: pieces
                .iter()
                .filter_map(|piece| deposit_tx(order, piece, is_withdrawn(piece)))
                .collect(),
            relay_txs: relay_txs(order.id, &pieces),
            execute_tx: execute_tx(order, &pieces, is_withdrawn),
            refund_txs: pieces
                .iter()
                .filter_map(|piece| refund_tx(order.id, piece, is_withdrawn(piece)))
                .collect(),
            points: (),
            folded_deposits: folded_deposits(&order.folded),
        }
    }
}

fn folded_deposits(folded: &Folded) -> Option<FoldedDeposits<'_>> {
    let amount = |sum: &FoldedSum| sum.short.saturating_add(sum.excess);
    let counted = folded.sums.iter().filter(|sum| !amount(sum).is_zero());
    let amounts =
        counted.map(|sum| FoldedAmount { chain: sum.chain, token_address: &sum.token, amount: amount(sum) });
    let view = FoldedDeposits { count: folded.count, late: folded.late > 0, amounts: amounts.collect() };
    (!folded.is_empty()).then_some(view)
}

pub(crate) fn deposit_tx<'a>(
    order: &Order,
    piece: &'a EvidenceRecord,
    withdrawn: bool,
) -> Option<DepositTx<'a>> {
    let Fact::Deposit { chain, tx_hash, from, token, amount } = &piece.evidence.fact else { return None };
    let status = match (withdrawn, piece.late) {
        (true, _) => DepositStatus::Withdrawn,
        _ if !order.asks_for(&piece.evidence.fact) => DepositStatus::OtherToken,
        (_, true) => DepositStatus::Late,
        _ => DepositStatus::Counted,
    };
    Some(DepositTx {
        order_id: order.id,
        chain: *chain,
        from: from.as_ref(),
        tx_hash,
        amount: *amount,
        created_at: piece.evidence.occurred_at,
        token,
        status,
    })
}

/// One entry for each transaction, first seen first, with its latest status.
fn relay_txs<'a>(order_id: OrderId, pieces: &[&'a EvidenceRecord]) -> Vec<RelayTx<'a>> {
    let mut hops: Vec<RelayTx<'a>> = Vec::new();
    for piece in pieces {
        let Fact::Relay { chain, tx_hash, status } = &piece.evidence.fact else { continue };
        match hops.iter_mut().find(|hop| hop.chain == *chain && hop.tx_hash == tx_hash) {
            Some(hop) => hop.status = *status,
            None => hops.push(RelayTx {
                order_id,
                chain: *chain,
                tx_hash,
                status: *status,
                created_at: piece.evidence.occurred_at,
            }),
        }
    }
    hops
}

/// The execution that took effect; otherwise the first one that is not withdrawn, so that one for an already terminal
/// order stays visible.
fn execute_tx<'a>(
    order: &Order,
    pieces: &[&'a EvidenceRecord],
    is_withdrawn: impl Fn(&EvidenceRecord) -> bool,
) -> Option<ExecuteTx<'a>> {
    let piece = pieces.iter().find(|piece| match &order.executed_by {
        Some(id) => piece.evidence.id == *id,
        None => matches!(piece.evidence.fact, Fact::Executed { .. }) && !is_withdrawn(piece),
    })?;
    let Fact::Executed { chain, tx_hash, .. } = &piece.evidence.fact else { return None };
    Some(ExecuteTx { order_id: order.id, chain: *chain, tx_hash, created_at: piece.evidence.occurred_at })
}

fn refund_tx(order_id: OrderId, piece: &EvidenceRecord, withdrawn: bool) -> Option<RefundTx<'_>> {
    let Fact::Refund { chain, tx_hash, amount, status } = &piece.evidence.fact else { return None };
    let status = if withdrawn {
        RefundTxStatus::Withdrawn(Withdrawn::Withdrawn)
    } else {
        RefundTxStatus::Told(*status)
    };
    Some(RefundTx {
        order_id,
        chain: *chain,
        tx_hash,
        amount: *amount,
        status,
        created_at: piece.evidence.occurred_at,
    })
}
