/** Events, as `GET /events` lists them and webhooks carry them. */
import type { DateTime, Id } from "./values.js";
import type { CheckoutSession } from "./session.js";
import type { DepositTx, Order } from "./order.js";

export type EventType =
  | "checkout.session.created"
  | "checkout.session.processing"
  | "checkout.session.completed"
  | "checkout.session.expired"
  | "order.created"
  | "order.payment_received"
  | "order.late_payment"
  | "order.payment_withdrawn"
  | "order.progressed"
  | "order.executed"
  | "order.failed"
  | "order.refunded"
  | "order.expired";

export interface CheckoutEvent {
  /** Permanent. Deduplicate events by it. */
  id: string;
  type: EventType;
  checkout_session_id: Id | null;
  /** The event's number in its session, from 1 without gaps. */
  sequence: number;
  created_at: DateTime;
  /** The position after this event. Absent in a session's own `events`. */
  cursor?: string;
  data: { object: CheckoutSession | Order; deposit?: DepositTx };
}

/** An event that tests an endpoint. */
export interface WebhookTestEvent {
  id: string;
  type: "webhook_endpoint.test";
  created_at: DateTime;
  data: {
    object: {
      id: string;
      url: string;
      description: string | null;
      event_types: ["*"] | EventType[];
      enabled: boolean;
      created_at: DateTime;
    };
  };
}

/** A verified webhook message. */
export type WebhookEvent = CheckoutEvent | WebhookTestEvent;
