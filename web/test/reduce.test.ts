/** The pure rules: what a reading means, and which readings count. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  derive,
  INITIAL,
  reduce,
  ServerClock,
  type Checkout,
  type CheckoutInput,
  type CheckoutSession,
  type DepositTx,
  type Order,
  type OrderWithTransactions,
  type PaymentOptions,
} from "../src/index.js";
import { BASE, BASE_USDC, BUYER, ETHEREUM, ETHEREUM_USDC, RECIPIENT } from "./support/shop.js";

const NOW = Date.UTC(2026, 0, 1);
const ADDRESS = "0x99ec1088d1e62e468599c21ee677b8e49a5b4cec";

const session = (fields: Partial<CheckoutSession> = {}): CheckoutSession => ({
  id: "s",
  status: "open",
  success_url: "https://shop.example/thanks",
  cancel_url: "https://shop.example/cart",
  metadata: {},
  client_reference_id: null,
  order_id: "o",
  order_status: "scanning_deposit_transaction",
  expired_reason: null,
  expires_at: new Date(NOW + 60_000).toISOString(),
  created_at: new Date(NOW).toISOString(),
  url: "https://pay.example/checkout/s",
  payment: null,
  display: null,
  paid: null,
  ...fields,
});

const order = (fields: Partial<Order> = {}, transactions: Partial<OrderWithTransactions> = {}): OrderWithTransactions => ({
  order: {
    ...{ id: "o", type: "swap", status: "scanning_deposit_transaction", recipientAddress: RECIPIENT },
    ...{ globalAddress: ADDRESS, srcChain: BASE, dstChain: BASE, srcTokenAddress: BASE_USDC, dstTokenAddress: BASE_USDC },
    ...{ srcAmount: "1000000", payload: {}, metadata: { srcToken: null, dstToken: null }, errorDetails: null, createdAt: NOW, expiredAt: NOW + 60_000 },
    ...{ filledAt: null, receivedDepositAt: null, creatorAddress: null, partnerId: null, clientReferenceId: null },
    ...{ checkoutSessionId: null, onrampMetadata: null, oneClickBuyUrl: null, stripePaymentIntentId: null },
    ...{ settlement: null, fee: null, acceptedPayments: null },
    ...fields,
  },
  ...{ depositTxs: [], relayTxs: [], executeTx: null, refundTxs: [], points: null, foldedDeposits: null },
  ...transactions,
});

const deposit = (fields: Partial<DepositTx> = {}): DepositTx => ({
  ...{ orderId: "o", chain: BASE, from: BUYER, txHash: "0x1", amount: "400000", createdAt: NOW, token: BASE_USDC },
  status: "counted",
  ...fields,
});

const CHAINS: PaymentOptions = {
  chains: [
    {
      ...{ chain: BASE, name: "Base", explorer: "https://basescan.org", confirmations: 30, any_token: false },
      tokens: [{ address: BASE_USDC, symbol: "USDC", name: "USD Coin", decimals: 6, native: false }],
    },
  ],
};

const stateOf = (
  fields: Partial<CheckoutSession>,
  read: OrderWithTransactions | null,
  more: { options?: PaymentOptions; now?: number } = {},
) => derive({ session: session(fields), order: read, options: null, now: NOW, missing: false, ...more });

const processing = { status: "processing", order_status: "executing" } as const;

describe("what is due", () => {
  test("a folded deposit counts", () => {
    const amounts = [{ chain: BASE, tokenAddress: BASE_USDC, amount: "7" }];
    const state = stateOf({}, order({}, { depositTxs: [deposit()], foldedDeposits: { count: 9, late: false, amounts } }));
    expect(state).toMatchObject({ name: "partly_paid", options: [{ received: "400007", due: "599993" }] });
  });

  test("deposits that are late, withdrawn or in another token are shown, and do not count", () => {
    const depositTxs = (["late", "withdrawn", "other_token"] as const).map((status) => deposit({ status }));
    const state = stateOf({}, order({}, { depositTxs }));
    expect(state).toMatchObject({ name: "awaiting_payment", options: [{ due: "1000000" }] });
    expect(state).toMatchObject({ deposits: { late: [{}], withdrawn: [{}], otherToken: [{}], counted: [] } });
  });

  test("amounts beyond what a float can hold are exact", () => {
    const amount = `${2n ** 256n - 1n}`;
    const state = stateOf({}, order({ srcAmount: amount }, { depositTxs: [deposit({ amount: "1" })] }));
    expect(state).toMatchObject({ options: [{ due: `${2n ** 256n - 2n}` }] });
  });

  test("an order of no set amount asks for none", () => {
    expect(stateOf({}, order({ type: "deposit_first", srcAmount: "0" }))).toMatchObject({
      name: "awaiting_payment",
      options: null,
    });
  });

  test("each option has its URI, its chain and its token as the operator lists them", () => {
    const acceptedPayments = [
      { chain: BASE, tokenAddress: BASE_USDC, amount: "1000000", received: "1" },
      { chain: ETHEREUM, tokenAddress: ETHEREUM_USDC, amount: "1000000", received: "0" },
    ];
    const state = stateOf({}, order({ acceptedPayments }), { options: CHAINS });
    expect(state).toMatchObject({
      options: [
        {
          ...{ chainInfo: { name: "Base" }, tokenInfo: { symbol: "USDC", decimals: 6 } },
          uri: `ethereum:${BASE_USDC}@8453/transfer?address=${ADDRESS}&uint256=999999`,
        },
        { chainInfo: null, tokenInfo: null, due: "1000000" },
      ],
    });
  });

  test("an order that is swapped into an option's token is paid in its own token too, without tolerance", () => {
    const payment = { recipient_address: RECIPIENT, options: [], tolerance_bps: 1000, settle_on: null };
    const acceptedPayments = [{ chain: ETHEREUM, tokenAddress: ETHEREUM_USDC, amount: "1000000", received: "0" }];
    expect(stateOf({ payment }, order({ acceptedPayments }, { depositTxs: [deposit()] }))).toMatchObject({
      options: [
        { chain: ETHEREUM, leastDue: "900000" },
        { chain: BASE, due: "600000", leastDue: "600000" },
      ],
    });
  });

  test("no URI is made where no address is derived", () => {
    expect(stateOf({}, order({ globalAddress: null }))).toMatchObject({ address: null, options: [{ uri: null }] });
  });
});

describe("time", () => {
  test("from the deadline on nothing more should be sent, though the session is still open", () => {
    expect(stateOf({}, order(), { now: NOW + 59_999 })).toMatchObject({ payable: true, remaining: 1 });
    expect(stateOf({}, order(), { now: NOW + 60_000 })).toMatchObject({ payable: false, remaining: 0 });
    expect(stateOf({}, order(), { now: NOW + 90_000 })).toMatchObject({ name: "awaiting_payment", remaining: 0 });
  });
});

describe("progress", () => {
  test("a deposit's confirmations are the chain's rule and the deposit's own time, and no invented count", () => {
    const depositTxs = [deposit({ amount: "1000000" })];
    expect(stateOf(processing, order({ status: "executing" }, { depositTxs }), { options: CHAINS })).toMatchObject({
      name: "seen",
      confirmations: [{ chain: BASE, txHash: "0x1", needed: 30, since: NOW }],
    });
  });

  test("a deposit that a reorganisation has removed leaves the order uncovered", () => {
    const read = (status: "counted" | "withdrawn") =>
      order({ status: "executing" }, { depositTxs: [deposit({ amount: "1000000", status })] });
    expect(stateOf(processing, read("counted"))).toMatchObject({ name: "seen", uncovered: false });
    expect(stateOf(processing, read("withdrawn"))).toMatchObject({ name: "seen", uncovered: true });
  });

  test("a card payment is in progress without deposits", () => {
    const paid = { status: "processing", order_status: "sending_token_from_vault" } as const;
    expect(stateOf(paid, order({ status: "sending_token_from_vault" }))).toMatchObject({
      ...{ name: "routing", confirmations: [], uncovered: false },
    });
  });
});

describe("ends", () => {
  const expired = { status: "expired", expired_reason: "ttl", order_status: "expired" } as const;

  test("late money is said in three ways", () => {
    const details = order({ errorDetails: "LATE_DEPOSIT" });
    const listed = order({}, { depositTxs: [deposit({ status: "late" })] });
    const folded = order({}, { foldedDeposits: { count: 1, late: true, amounts: [] } });
    for (const read of [details, listed, folded]) expect(stateOf(expired, read).name).toBe("late_money");
    expect(stateOf(expired, order()).name).toBe("expired");
  });

  test("a late deposit is not the reason of a failure", () => {
    const failed = { status: "expired", expired_reason: "payment_failed", order_status: "failure" } as const;
    expect(stateOf(failed, order({ errorDetails: "SHORT_DELIVERY" }))).toMatchObject({ detail: "SHORT_DELIVERY" });
    expect(stateOf(failed, order({ errorDetails: "LATE_DEPOSIT" }))).toMatchObject({ name: "failed", detail: null });
  });

  test("the buyer goes to the shop's pages as the API has resolved them", () => {
    expect(stateOf({ status: "complete" }, order())).toMatchObject({ redirectUrl: "https://shop.example/thanks" });
    expect(stateOf(expired, order())).toMatchObject({ redirectUrl: "https://shop.example/cart" });
  });

  test("a session whose order has not been read is loading, unless it has ended", () => {
    expect(stateOf({}, null).name).toBe("loading");
    expect(stateOf(processing, null).name).toBe("loading");
    expect(stateOf({ status: "complete" }, null).name).toBe("complete");
  });
});

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
      fc.property(fc.array(inputs, { maxLength: 6 }), fc.constantFrom("offline", "unavailable"), (sequence, connection) => {
        const before = sequence.reduce(reduce, INITIAL);
        const after = reduce(before, { type: "failed", connection, error: "why" });
        expect(after).toEqual({ ...before, connection, error: "why" });
      }),
    );
  });
});

describe("the server's clock", () => {
  /** A server whose clock is ahead by `ahead`, read over a network with these delays. */
  const observe = (clock: ServerClock, sentAt: number, there: number, back: number, ahead: number) =>
    clock.observe({ sentAt, receivedAt: sentAt + there + back, date: new Date(sentAt + there + ahead).toUTCString() });

  test("each answer narrows the estimate, which is never off by more than the second and the delay", () => {
    const readings = fc.array(fc.record({ wait: fc.nat(5000), there: fc.nat(300), back: fc.nat(300) }), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(fc.integer({ min: -1e9, max: 1e9 }), readings, (ahead, list) => {
        const clock = new ServerClock();
        let at = NOW;
        for (const { wait, there, back } of list) {
          at += wait;
          observe(clock, at, there, back, ahead);
          at += there + back;
        }
        const { there, back } = list[0] as { there: number; back: number };
        expect(Math.abs(clock.offset - ahead)).toBeLessThanOrEqual((1000 + there + back) / 2);
      }),
    );
  });

  test("a clock that is set anew is followed", () => {
    const clock = new ServerClock();
    observe(clock, NOW, 10, 10, 0);
    observe(clock, NOW + 1000, 10, 10, 3_600_000);
    expect(Math.abs(clock.offset - 3_600_000)).toBeLessThanOrEqual(510);
  });

  test("without a header the local clock counts, unless the answer's data is from its future", () => {
    const clock = new ServerClock();
    clock.observe({ sentAt: NOW, receivedAt: NOW, date: null, notBefore: NOW - 5000 });
    expect(clock.offset).toBe(0);
    clock.observe({ sentAt: NOW, receivedAt: NOW, date: null, notBefore: NOW + 5000 });
    expect(clock.offset).toBe(5000);
  });
});
