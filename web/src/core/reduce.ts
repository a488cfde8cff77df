/** How answers and failures change what is known of a checkout: pure, without clock or network. */
import type { CheckoutSession, OrderWithTransactions, PaymentOptions } from "../types/index.js";
import { derive, type Reading } from "./derive.js";
import type { CheckoutState } from "./states.js";

/** `unavailable`: the API does not answer, or asks for a pause. `offline`: this device has no network. */
export type Connection = "online" | "unavailable" | "offline";

export type CheckoutInput =
  /** An answer of `getCheckoutSession` with `include: "order"`. */
  | { type: "session"; session: CheckoutSession; order: OrderWithTransactions | null; now: number }
  | { type: "options"; options: PaymentOptions }
  | { type: "missing" }
  | { type: "failed"; connection: "unavailable" | "offline"; error: unknown }
  | { type: "time"; now: number };

/** A checkout as it was last seen. The state stays while the API cannot be reached. */
export interface Checkout extends Reading {
  state: CheckoutState;
  connection: Connection;
  /** The failure of the last reading; null after a success. */
  error: unknown;
}

export const INITIAL: Checkout = {
  session: null,
  order: null,
  options: null,
  now: 0,
  missing: false,
  state: { name: "loading" },
  connection: "online",
  error: null,
};

const isEnded = (session: CheckoutSession | null) => session?.status === "complete" || session?.status === "expired";

/** True if an answer is older than one before it: `complete` and `expired` are final, and no order is unlinked. */
function isStale(checkout: Checkout, next: CheckoutSession): boolean {
  const { session, missing } = checkout;
  if (missing) return true;
  if (isEnded(session)) return next.status !== session?.status;
  return Boolean(session?.order_id) && !next.order_id;
}

function changed(checkout: Checkout, input: CheckoutInput): Partial<Checkout> {
  switch (input.type) {
    case "session": {
      const { session, order, now } = input;
      const answered = { now: Math.max(checkout.now, now), connection: "online", error: null } as const;
      return isStale(checkout, session) ? answered : { ...answered, session, order };
    }
    case "options":
      return { options: input.options };
    case "missing":
      // A session with an order is kept for good.
      return { missing: !checkout.session?.order_id, connection: "online", error: null };
    case "failed":
      return { connection: input.connection, error: input.error };
    case "time":
      return { now: Math.max(checkout.now, input.now) };
  }
}

/** The checkout after an input. */
export function reduce(checkout: Checkout, input: CheckoutInput): Checkout {
  const next = { ...checkout, ...changed(checkout, input) };
  return { ...next, state: derive(next) };
}
