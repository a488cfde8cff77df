/** `<checkout-session>`. Importing this module registers it. */
import { CheckoutSessionElement } from "./checkout-session.js";
import type { CheckoutSessionEventMap } from "./events.js";

export { CheckoutSessionElement };
export type { CheckoutSessionEventMap };

declare global {
  interface HTMLElementTagNameMap {
    "checkout-session": CheckoutSessionElement;
  }
  interface HTMLElementEventMap extends CheckoutSessionEventMap {}
}

// A server has no registry. A page may load this twice, from two packages.
if (globalThis.customElements && !customElements.get("checkout-session"))
  customElements.define("checkout-session", CheckoutSessionElement);
