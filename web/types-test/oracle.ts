/**
 * The hand-written types against those that hey-api generates from openapi.yaml, both ways: each is assignable to
 * the other. Only compiled, by `npm run types`.
 */
import type * as Made from "../.generated/types.gen.js";
import type * as Ours from "../src/types/index.js";

/** Fails to compile unless the types are assignable to each other. */
type Same<A extends B, B extends C, C = A> = [A, B, C];

/** Fails to compile unless the types have the same members. Assignability alone lets one have optional ones more. */
type SameKeys<A, B> = [Exclude<keyof A, keyof B>, Exclude<keyof B, keyof A>] extends [never, never] ? true : never;

/** The members of each type of a union. */
type KeysOf<T> = T extends unknown ? keyof T : never;

export type Assignable = [
  Same<Made.CreateSessionRequest, Ours.CreateCheckoutSessionRequest>,
  Same<Made.CreatedSession, Ours.CreatedCheckoutSession>,
  Same<Made.Session, Ours.CheckoutSession>,
  Same<Made.SessionWithMore, Ours.CheckoutSessionWithMore>,
  Same<Made.ExpiredSession, Ours.ExpiredCheckoutSession>,
  Same<Made.SessionStatus, Ours.CheckoutSessionStatus>,
  Same<Made.ExpiredReason, Ours.ExpiredReason>,
  Same<Made.PaymentTerms, Ours.PaymentTerms>,
  Same<Made.PaymentTermsSent, Ours.PaymentTermsRequest>,
  Same<Made.Display, Ours.Display>,
  Same<Made.Paid, Ours.Paid>,
  Same<Made.CreateOrderRequest, Ours.CreateOrderRequest>,
  Same<Made.OnrampRequest, Ours.OnrampRequest>,
  Same<Made.Order, Ours.Order>,
  Same<Made.OrderType, Ours.OrderType>,
  Same<Made.OrderStatus, Ours.OrderStatus>,
  Same<Made.OrderWithTransactions, Ours.OrderWithTransactions>,
  Same<Made.AcceptedPayment, Ours.AcceptedPayment>,
  Same<Made.DepositTx, Ours.DepositTx>,
  Same<Made.RelayTx, Ours.RelayTx>,
  Same<Made.ExecuteTx, Ours.ExecuteTx>,
  Same<Made.RefundTx, Ours.RefundTx>,
  Same<Made.FoldedDeposits, Ours.FoldedDeposits>,
  Same<Made.TokenDescription, Ours.TokenDescription>,
  Same<Made.PaymentOptions, Ours.PaymentOptions>,
  Same<Made.Event, Ours.CheckoutEvent>,
  Same<Made.EventType, Ours.EventType>,
  Same<Made.TestEvent, Ours.WebhookTestEvent>,
];

export const members: [
  SameKeys<Made.CreateSessionRequest, Ours.CreateCheckoutSessionRequest>,
  SameKeys<Made.CreatedSession, Ours.CreatedCheckoutSession>,
  SameKeys<Made.Session, Ours.CheckoutSession>,
  SameKeys<Made.SessionWithMore, Ours.CheckoutSessionWithMore>,
  SameKeys<Made.PaymentTermsSent, Ours.PaymentTermsRequest>,
  SameKeys<Made.Display, Ours.Display>,
  SameKeys<Made.Order, Ours.Order>,
  SameKeys<Made.OrderWithTransactions, Ours.OrderWithTransactions>,
  SameKeys<Made.DepositTx, Ours.DepositTx>,
  SameKeys<Made.PaymentChain, Ours.PaymentChain>,
  SameKeys<Made.PaymentToken, Ours.PaymentToken>,
  SameKeys<Made.Event, Ours.CheckoutEvent>,
  SameKeys<Record<KeysOf<Made.CreateOrderRequest>, 1>, Record<KeysOf<Ours.CreateOrderRequest>, 1>>,
] = [true, true, true, true, true, true, true, true, true, true, true, true, true];

/** The error codes of the API are among ours, spelled out. */
type Codes = Exclude<
  Made.ErrorCode,
  "webhook_endpoint_not_found" | "webhook_delivery_not_found" | "too_many_webhook_endpoints"
>;
type Known = Extract<Codes, import("../src/sdk/errors.js").CheckoutErrorCode>;
export const codes: [Exclude<Codes, Known>] extends [never] ? true : never = true;
