/** What a reading means. */
import { describe, expect, test } from "vitest";
import {
  derive,
  type CheckoutSession,
  type Order,
  type OrderWithTransactions,
  type PaymentOptions,
} from "../src/index.js";
import { ADDRESS, CHAINS, deposit, NOW, order, session } from "./support/readings.js";
import { BASE, BASE_USDC, ETHEREUM, ETHEREUM_USDC, RECIPIENT } from "./support/shop.js";

const stateOf = (
  fields: Partial<CheckoutSession>,
  read: OrderWithTransactions | null,
  more: { options?: PaymentOptions; now?: number } = {},
) => derive({ session: session(fields), order: read, options: null, now: NOW, missing: false, ...more });

const processing = { status: "processing", order_status: "executing" } as const;

describe("what is due", () => {
  test("a folded deposit counts", () => {
    const amounts = [{ chain: BASE, tokenAddress: BASE_USDC, amount: "7" }];
    const state = stateOf(
      {},
      order({}, { depositTxs: [deposit()], foldedDeposits: { count: 9, late: false, amounts } }),
    );
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

  test("no URI leads to a chain on which the deposit address is none", () => {
    const [zkSync, solana] = [324, 792_703_809].map((chain) => ({ chain, amount: "1", received: "0" }));
    const acceptedPayments = [
      { ...zkSync, tokenAddress: BASE_USDC },
      { ...solana, tokenAddress: "EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v" },
    ] as Order["acceptedPayments"];
    const state = stateOf({}, order({ acceptedPayments }));
    expect(state).toMatchObject({ options: [{ uri: null }, { uri: null }, { uri: expect.stringContaining("@8453") }] });
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
