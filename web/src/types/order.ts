/** Orders and their transactions. */
import type { Address, BaseUnits, ChainId, Id, Metadata, Millis } from "./values.js";

export type OrderType =
  | "swap"
  | "x402_swap"
  | "hype_duel"
  | "custom"
  | "custom_exact_in"
  | "mint_nft"
  | "join_tournament"
  | "fund_tournament"
  | "deposit_first";

export type OrderStatus =
  | "scanning_deposit_transaction"
  | "waiting_stripe_payment"
  | "quoting_after_deposit"
  | "sending_token_from_vault"
  | "relay"
  | "executing"
  | "executed"
  | "refunding"
  | "refunded"
  | "failure"
  | "expired";

export type OnrampVendor = "coinbase" | "stripe" | "stripe-web2";
export type DepositStatus = "counted" | "late" | "other_token" | "withdrawn";
export type RelayStatus = "pending" | "success" | "failure" | "refund" | "delayed" | "waiting";
export type RefundStatus = "success" | "failure" | "withdrawn";

export interface TokenDescription {
  chainId: ChainId;
  address: Address;
  symbol: string;
  name: string;
  decimals: number;
  metadata: Metadata;
}

/**
 * A merchant's data, with the descriptions of both tokens. For a token that the service does not know, a description is
 * as it was sent: take decimals from `paymentOptions`. Hence `any`.
 */
export type OrderMetadata = Metadata & { srcToken: any; dstToken: any };

export interface OnrampMetadata {
  vendor: OnrampVendor;
  paymentMethod: string | null;
  country: string | null;
  redirectUrl: string | null;
}

/** A payment option of the order's session, and the sum of the deposits that count towards it. */
export interface AcceptedPayment {
  chain: ChainId;
  tokenAddress: Address;
  amount: BaseUnits;
  received: BaseUnits;
}

/** An order as it stands. */
export interface Order {
  id: Id;
  type: OrderType;
  status: OrderStatus;
  recipientAddress: Address;
  /** The deposit address; null where none can be derived. */
  globalAddress: string | null;
  srcChain: ChainId;
  dstChain: ChainId;
  srcTokenAddress: Address;
  dstTokenAddress: Address;
  /** `"0"` if any deposit pays the order. */
  srcAmount: BaseUnits;
  payload: Metadata;
  metadata: OrderMetadata;
  /** `LATE_DEPOSIT` if a deposit came too late; else the reason of a failure or refund, or null. */
  errorDetails: string | null;
  createdAt: Millis;
  expiredAt: Millis;
  filledAt: Millis | null;
  receivedDepositAt: Millis | null;
  creatorAddress: string | null;
  partnerId: string | null;
  clientReferenceId: string | null;
  checkoutSessionId: Id | null;
  onrampMetadata: OnrampMetadata | null;
  oneClickBuyUrl: string | null;
  stripePaymentIntentId: string | null;
  settlement: { actualDstAmount: BaseUnits } | null;
  fee: null;
  /** Null without payment terms. Each pays the order, at the same address; they do not add up. */
  acceptedPayments: AcceptedPayment[] | null;
}

export interface DepositTx {
  orderId: Id;
  chain: ChainId;
  from: string | null;
  txHash: string;
  amount: BaseUnits;
  /** The deposit's own time. */
  createdAt: Millis;
  token: Address;
  status: DepositStatus;
}

export interface RelayTx {
  orderId: Id;
  chain: ChainId;
  txHash: string;
  status: RelayStatus;
  createdAt: Millis;
}

export interface ExecuteTx {
  orderId: Id;
  chain: ChainId;
  txHash: string;
  createdAt: Millis;
}

export interface RefundTx {
  orderId: Id;
  chain: ChainId;
  txHash: string;
  amount: BaseUnits;
  status: RefundStatus;
  createdAt: Millis;
}

/** The deposits that `depositTxs` leaves out, and the sums of those that count. */
export interface FoldedDeposits {
  count: number;
  late: boolean;
  amounts: { chain: ChainId; tokenAddress: Address; amount: BaseUnits }[];
}

export interface OrderWithTransactions {
  order: Order;
  depositTxs: DepositTx[];
  relayTxs: RelayTx[];
  executeTx: ExecuteTx | null;
  refundTxs: RefundTx[];
  points: null;
  foldedDeposits: FoldedDeposits | null;
}
