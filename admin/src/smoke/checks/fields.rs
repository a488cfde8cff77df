//! The fields of answers, in their order, as `openapi.yaml` lists them.

/// The data of `POST /checkout-sessions`.
pub(crate) const CREATED_SESSION: [&str; 11] = [
    "id",
    "status",
    "success_url",
    "cancel_url",
    "metadata",
    "client_reference_id",
    "expires_at",
    "created_at",
    "url",
    "payment",
    "display",
];

/// The data of `GET /checkout-sessions/{sessionId}`.
pub(crate) const SESSION: [&str; 15] = [
    "id",
    "status",
    "success_url",
    "cancel_url",
    "metadata",
    "client_reference_id",
    "order_id",
    "order_status",
    "expired_reason",
    "expires_at",
    "created_at",
    "url",
    "payment",
    "display",
    "paid",
];

/// An order.
pub(crate) const ORDER: [&str; 27] = [
    "id",
    "type",
    "status",
    "recipientAddress",
    "globalAddress",
    "srcChain",
    "dstChain",
    "srcTokenAddress",
    "dstTokenAddress",
    "srcAmount",
    "payload",
    "metadata",
    "errorDetails",
    "createdAt",
    "expiredAt",
    "filledAt",
    "receivedDepositAt",
    "creatorAddress",
    "partnerId",
    "clientReferenceId",
    "checkoutSessionId",
    "onrampMetadata",
    "oneClickBuyUrl",
    "stripePaymentIntentId",
    "settlement",
    "fee",
    "acceptedPayments",
];

/// The data of `GET /orders/{orderId}`.
pub(crate) const ORDER_AND_TRANSACTIONS: [&str; 7] =
    ["order", "depositTxs", "relayTxs", "executeTx", "refundTxs", "points", "foldedDeposits"];
