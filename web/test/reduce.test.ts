/** Which readings count. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { INITIAL, reduce, type Checkout, type CheckoutInput, type CheckoutSession } from "../src/index.js";
import { CHAINS, NOW, order, session } from "./support/readings.js";

const processing = { status: "processing", order_status: "executing" } as const;

describe("readings in any order", () => {
  const read = (fields: Partial<CheckoutSession>, now = NOW): CheckoutInput => ({
    ...{ type: "session", session: session(fields), now },
    order: fields.order_id === null ? null : order(),
  });
  const unlinked = { order_id: null, order_status: null } as const;
  const complete = { status: "complete", order_status: "executed" } as const;
  const expired = { status: "expired", expired_reason: "ttl", order_status: "expired" } as const;
  const inputs = fc.constantFrom<CheckoutInput[]>(
    ...[
      read(unlinked),
      read({}),
      read(processing, NOW + 1),
      read(complete, NOW + 2),
      read(expired, NOW + 3),
      { type: "missing" } as const,
      { type: "options", options: CHAINS } as const,
      { type: "failed", connection: "offline", error: null } as const,
      { type: "failed", connection: "unavailable", error: new Error() } as const,
      { type: "time", now: NOW + 4 } as const,
    ],
  );

  test("complete, expired and gone stay; an order stays linked; time never goes back", () => {
    fc.assert(
      fc.property(fc.array(inputs, { maxLength: 12 }), (sequence) => {
        let checkout: Checkout = INITIAL;
        for (const input of sequence) {
          const before = checkout;
          checkout = reduce(before, input);
          const was = before.state.name;
          if (was === "complete" || was === "expired" || was === "gone") expect(checkout.state.name).toBe(was);
          if (before.session?.order_id) expect(checkout.session?.order_id).toBe("o");
          expect(checkout.now).toBeGreaterThanOrEqual(before.now);
        }
      }),
      { numRuns: 2000 },
    );
  });

  test("a failure keeps the state, and says why nothing newer is known", () => {
    fc.assert(
      fc.property(
        fc.array(inputs, { maxLength: 6 }),
        fc.constantFrom("offline", "unavailable"),
        (sequence, connection) => {
          const before = sequence.reduce(reduce, INITIAL);
          const after = reduce(before, { type: "failed", connection, error: "why" });
          expect(after).toEqual({ ...before, connection, error: "why" });
        },
      ),
    );
  });
});
