/** The state of a checkout, from what was read: pure, without clock or network. */
import type { CheckoutSession, OrderWithTransactions, PaymentOptions } from "../types/index.js";
import { depositsOf, isCovered, optionsOfOrder, optionsToChoose } from "./due.js";
import type { CheckoutState, Confirmation, Deadline, Ended, HowToPay, InProgress } from "./states.js";

/** What is known of a checkout. */
export interface Reading {
  session: CheckoutSession | null;
  /** The session's order; null before an order, and while it has not been read. */
  order: OrderWithTransactions | null;
  /** The operator's chains and tokens; null while they have not been read. */
  options: PaymentOptions | null;
  /** The present time by the server's clock, in milliseconds since the Unix epoch. */
  now: number;
  /** True if the API has answered 404. */
  missing: boolean;
}

function deadlineOf({ expires_at }: CheckoutSession, now: number): Deadline {
  const remaining = Math.max(0, Date.parse(expires_at) - now);
  return { expiresAt: expires_at, remaining, payable: remaining > 0 };
}

function unpaid(session: CheckoutSession, read: OrderWithTransactions, { options, now }: Reading): CheckoutState {
  const { order } = read;
  const due = optionsOfOrder(read, session.payment, options);
  const pay: HowToPay = {
    ...deadlineOf(session, now),
    orderId: order.id,
    address: order.globalAddress,
    options: due,
    onrampUrl: order.oneClickBuyUrl,
    deposits: depositsOf(read),
  };
  const isPartly = due?.some(({ received }) => received !== "0");
  return { name: isPartly ? "partly_paid" : "awaiting_payment", ...pay };
}

function confirmationsOf(read: OrderWithTransactions, known: PaymentOptions | null): Confirmation[] {
  return depositsOf(read).counted.map(({ chain, txHash, createdAt }) => ({
    chain,
    txHash,
    needed: known?.chains.find((it) => it.chain === chain)?.confirmations ?? null,
    since: createdAt,
  }));
}

/** True if what was paid is what the recipient gets, without a change of chain or token. */
function goesDirectly({ order, depositTxs }: OrderWithTransactions): boolean {
  const accepted = order.acceptedPayments;
  if (!accepted) return order.srcChain === order.dstChain && order.srcTokenAddress === order.dstTokenAddress;
  const counted = depositTxs.filter(({ status }) => status === "counted");
  const isOption = ({ chain, token }: { chain: number; token: string }) =>
    accepted.some((option) => option.chain === chain && option.tokenAddress === token);
  return counted.length === 0 || counted.some(isOption);
}

function inProgress(
  session: CheckoutSession,
  read: OrderWithTransactions,
  known: PaymentOptions | null,
): CheckoutState {
  const deposits = depositsOf(read);
  const { id, status } = read.order;
  const covered = isCovered(optionsOfOrder(read, session.payment, known), deposits);
  const progress: InProgress = {
    orderId: id,
    orderStatus: status,
    deposits,
    confirmations: confirmationsOf(read, known),
    uncovered: !covered && deposits.withdrawn.length > 0,
  };
  const isSeen = status === "executing" && read.relayTxs.length === 0 && goesDirectly(read);
  return isSeen ? { name: "seen", ...progress } : { name: "routing", ...progress, relays: read.relayTxs };
}

const LATE_DEPOSIT = "LATE_DEPOSIT";

function ended(session: CheckoutSession, read: OrderWithTransactions | null): CheckoutState {
  const end: Ended = { orderId: session.order_id, deposits: depositsOf(read), refunds: read?.refundTxs ?? [] };
  if (session.status === "complete") {
    return { name: "complete", paid: session.paid, redirectUrl: session.success_url, ...end };
  }
  const reason = session.expired_reason;
  const details = read?.order.errorDetails ?? null;
  if (reason === "payment_failed") {
    // A late deposit hides the reason. It is not one itself.
    const detail = details === LATE_DEPOSIT ? null : details;
    return { name: "failed", detail, orderStatus: session.order_status, ...end };
  }
  const isLate = end.deposits.late.length > 0 || details === LATE_DEPOSIT || read?.foldedDeposits?.late;
  if (isLate) return { name: "late_money", reason: reason ?? "ttl", ...end };
  return { name: "expired", reason: reason ?? "ttl", redirectUrl: session.cancel_url, ...end };
}

/** The state that a reading shows. */
export function derive(reading: Reading): CheckoutState {
  const { session, order, options, now, missing } = reading;
  if (missing) return { name: "gone" };
  if (!session) return { name: "loading" };
  if (session.status === "complete" || session.status === "expired") return ended(session, order);
  if (!session.order_id) {
    return { name: "choose", options: optionsToChoose(session.payment, options), ...deadlineOf(session, now) };
  }
  if (!order) return { name: "loading" };
  return session.status === "open" ? unpaid(session, order, reading) : inProgress(session, order, options);
}
