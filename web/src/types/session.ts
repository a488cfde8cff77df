/** Checkout sessions, under upstream's names. */
import type {
  Address,
  BaseUnits,
  ChainId,
  DateTime,
  Display,
  Id,
  Metadata,
  PaymentOption,
  PaymentTerms,
  SettleOn,
} from "./values.js";
import type { OrderStatus, OrderWithTransactions } from "./order.js";
import type { CheckoutEvent } from "./event.js";

/** `complete` and `expired` are final. */
export type CheckoutSessionStatus = "open" | "processing" | "complete" | "expired";

export type ExpiredReason = "ttl" | "manual" | "payment_failed";

export interface PaymentTermsRequest {
  recipient_address: Address;
  options: PaymentOption[];
  tolerance_bps?: number | null;
  settle_on?: SettleOn | null;
}

export interface CreateCheckoutSessionRequest {
  success_url?: string | null;
  cancel_url?: string | null;
  metadata?: Metadata | null;
  client_reference_id?: string | null;
  /** Seconds, 300 to 86,400. */
  expires_in?: number | null;
  /** Without payment terms, `complete` says only that some order was executed. */
  payment?: PaymentTermsRequest | null;
  display?: Display | null;
}

/** A new session. Its redirect URLs are as given; those of `getCheckoutSession` are resolved. */
export interface CreatedCheckoutSession {
  id: Id;
  status: "open";
  success_url: string | null;
  cancel_url: string | null;
  metadata: Metadata;
  client_reference_id: string | null;
  expires_at: DateTime;
  created_at: DateTime;
  /** The deployment's page for the session. */
  url: string;
  payment: PaymentTerms | null;
  display: Display | null;
}

/** What the recipient was paid. Compare it before you ship. */
export interface Paid {
  chain: ChainId;
  token_address: Address;
  recipient_address: Address;
  amount: BaseUnits;
  tx_hash: string;
  paid_at: DateTime;
}

/** A session as it stands. */
export interface CheckoutSession extends Omit<CreatedCheckoutSession, "status"> {
  status: CheckoutSessionStatus;
  order_id: Id | null;
  order_status: OrderStatus | null;
  expired_reason: ExpiredReason | null;
  paid: Paid | null;
}

/** A session with the fields that `include` has asked for. */
export interface CheckoutSessionWithMore extends CheckoutSession {
  order?: OrderWithTransactions | null;
  events?: CheckoutEvent[];
}

export interface ExpiredCheckoutSession {
  id: Id;
  status: "expired";
}
