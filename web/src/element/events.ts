/** The events of the element. All bubble, also out of other shadow roots. */
import type { Checkout } from "../core/index.js";
import { CheckoutError, type CheckoutErrorCode } from "../sdk/errors.js";
import type { CheckoutSession } from "../types/index.js";

export interface CheckoutSessionEventMap {
  /** The state, the connection or the deposits have changed. */
  "checkout-change": CustomEvent<Checkout>;
  /** The session became complete in view. Cancelable: then the buyer does not go to `success_url`. */
  "checkout-complete": CustomEvent<{ session: CheckoutSession }>;
  /** The buyer goes back to the shop without having paid. Cancelable: then the link is not followed. */
  "checkout-cancel": CustomEvent<{ url: string }>;
  /** The session cannot be shown. */
  "checkout-error": CustomEvent<{ error: CheckoutError }>;
  /** The dialog was closed. */
  "checkout-close": CustomEvent<null>;
}

/** Sends an event. Returns false if it was canceled. */
export function emit<Name extends keyof CheckoutSessionEventMap>(
  target: EventTarget,
  name: Name,
  detail: CheckoutSessionEventMap[Name]["detail"],
  cancelable = false,
): boolean {
  return target.dispatchEvent(new CustomEvent(name, { detail, cancelable, bubbles: true, composed: true }));
}

const CODES: Record<number, CheckoutErrorCode> = {
  0: "network_error",
  200: "invalid_answer",
  404: "session_not_found",
  429: "too_many_requests",
  500: "internal_error",
  503: "unavailable",
};

/** The error of a page that was answered with this status, or of one that is none. */
export function errorOf(status: number): CheckoutError {
  return new CheckoutError("The checkout cannot be shown", { status, code: CODES[status] ?? "http_error" });
}
