/** The transition table against the real server: every transition of it happens, and no other one does. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { isFinal, STATES, type CheckoutStateName } from "../src/index.js";
import { startServer, type Server } from "./support/server.js";
import { ROUTED, Sale } from "./support/sale.js";
import { withTerms } from "./support/shop.js";

let server: Server;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server?.stop());

type Step = (sale: Sale) => Promise<unknown>;

const open: Step = (sale) => sale.open();
const order: Step = (sale) => sale.order();
const half: Step = (sale) => sale.deposit({ amount: "500000" });
const full: Step = (sale) => sale.deposit({ amount: "1000000" });
const withdraw: Step = (sale) => sale.withdraw();
const execute: Step = (sale) => sale.execute("1000000");
const openRouted: Step = (sale) => sale.open({});
const orderRouted: Step = (sale) => sale.order(ROUTED);
const late: Step = (sale) => sale.lateDeposit();
const expire: Step = (sale) => sale.expire();
const passDeadline: Step = (sale) => sale.passDeadline();
const relay: Step = (sale) => sale.relay();
const refund: Step = async (sale) => (await sale.refunding(), sale.refund());
const fail: Step = (sale) => sale.fail();
/** Longer than a session without an order is kept. */
const aMonth: Step = (sale) => sale.server.advanceClock(31 * 24 * 3600);

const SALES: Record<string, Step[]> = {
  "paid in full": [open, order, full, execute],
  "paid in two parts": [open, order, half, half, execute],
  "paid, withdrawn, paid again": [open, order, half, withdraw, full, withdraw, full, execute],
  routed: [openRouted, orderRouted, half, half, relay, (sale) => sale.execute("1", 1)],
  "routed though direct": [open, order, half, half, relay, execute],
  refunded: [openRouted, orderRouted, half, half, refund],
  "refunded though direct": [open, order, half, half, refund],
  "failed before it is paid": [open, order, half, fail],
  "delivered short": [open, order, full, (sale) => sale.execute("1")],
  "expired by the shop": [open, order, half, expire],
  "expired without an order": [open, expire, aMonth],
  "overdue, then paid": [open, order, half, passDeadline, late],
  "overdue, paid late before it is read": [open, order, half, async (sale) => (await passDeadline(sale), late(sale))],
};

/** States that follow each other at any distance: a reading can miss all that is between them. */
function pairs(states: CheckoutStateName[]): string[] {
  return states.flatMap((from, at) =>
    states
      .slice(at + 1)
      .filter((to) => to !== from)
      .map((to) => `${from} -> ${to}`),
  );
}

/**
 * Transitions that the service's contract has and this server does not make yet: a vendor's promise takes an order to
 * `sending_token_from_vault`, and the deposit that follows it to `executing`.
 */
const NOT_MADE_YET = ["routing -> seen"];

test("the table has the transitions that the server makes, and no others", { timeout: 120_000 }, async () => {
  const made = new Set<string>();
  for (const steps of Object.values(SALES)) {
    const sale = new Sale(server);
    const states: CheckoutStateName[] = [sale.checkout.state.name];
    for (const step of steps) {
      await step(sale);
      states.push(await sale.read());
    }
    for (const pair of pairs(states)) made.add(pair);
  }
  const table = STATES.flatMap(({ name, next }) => next.map((to) => `${name} -> ${to}`));
  // A page that is opened long after the session has gone.
  made.add("loading -> gone");
  expect([...made, ...NOT_MADE_YET].sort()).toEqual([...table].sort());
});

test("a session that is gone is gone from the first reading on", async () => {
  const sale = new Sale(server);
  sale.sessionId = "550e8400-e29b-41d4-a716-446655440000";
  expect(await sale.read()).toBe("gone");
});

test("final states lead nowhere, but for what may come to light afterwards", () => {
  const after = STATES.filter(({ name }) => isFinal(name)).map(({ name, next }) => [name, ...next]);
  expect(after).toEqual([["complete"], ["expired", "late_money", "gone"], ["late_money"], ["failed"], ["gone"]]);
});

test("amounts that are still due are exact, option by option, within the tolerance", async () => {
  const sale = new Sale(server);
  await sale.open(withTerms(50));
  await sale.order();
  await sale.deposit({ amount: "1" });
  expect(await sale.read()).toBe("partly_paid");
  expect(sale.checkout.state).toMatchObject({
    options: [
      { amount: "1000000", received: "1", due: "999999", leastDue: "994999" },
      { amount: "1100000", received: "0", due: "1100000", leastDue: "1094500" },
    ],
  });
  await sale.deposit({ amount: "994998" });
  expect(await sale.read()).toBe("partly_paid");
  await sale.deposit({ amount: "1" });
  expect(await sale.read()).toBe("seen");
});
