/** The transition table of the states, apart from them so that bundles can leave out its texts. */
import type { CheckoutStateName } from "./states.js";

export interface StateRule {
  name: CheckoutStateName;
  /** What the API shows in this state. */
  when: string;
  /** The states that a later reading can show. A reading may skip what happened in between. */
  next: readonly CheckoutStateName[];
}

const PAID: readonly CheckoutStateName[] = ["seen", "routing", "complete", "failed"];
const UNPAID_ENDS: readonly CheckoutStateName[] = ["expired", "late_money"];

/** The transition table. `web/README.md` shows it, and a test holds the real server against it. */
export const STATES: readonly StateRule[] = [
  {
    name: "loading",
    when: "nothing has been read, or the session's order has not",
    next: ["choose", "awaiting_payment", "partly_paid", ...PAID, ...UNPAID_ENDS, "gone"],
  },
  {
    name: "choose",
    when: "session `open`, no order",
    next: ["awaiting_payment", "partly_paid", ...PAID, ...UNPAID_ENDS, "gone"],
  },
  {
    name: "awaiting_payment",
    when: "session `open`, order unpaid, no deposit counts",
    next: ["partly_paid", ...PAID, ...UNPAID_ENDS],
  },
  {
    name: "partly_paid",
    when: "session `open`, order unpaid, some deposit counts",
    next: ["awaiting_payment", ...PAID, ...UNPAID_ENDS],
  },
  {
    name: "seen",
    when: "session `processing`, order `executing`, same chain and token: the deposit becomes final",
    next: ["routing", "complete", "failed"],
  },
  {
    name: "routing",
    when: "session `processing`, order in another step or on its way to another chain or token",
    next: ["seen", "complete", "failed"],
  },
  { name: "complete", when: "session `complete`", next: [] },
  {
    name: "expired",
    when: "session `expired` (`ttl`, `manual`), no late deposit",
    next: ["late_money", "gone"],
  },
  { name: "late_money", when: "session `expired` (`ttl`, `manual`), a late deposit", next: [] },
  { name: "failed", when: "session `expired` (`payment_failed`)", next: [] },
  { name: "gone", when: "404", next: [] },
];
