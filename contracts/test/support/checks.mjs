// What holds of every flush, checked the same way everywhere.

import assert from "node:assert/strict";
import { decodeErrorResult, encodeErrorResult } from "viem";
import { NATIVE } from "./chain.mjs";
import { events, factory, flushCall, flushedEvent } from "./factory.mjs";

export const TRANSFER_FAILED = encodeErrorResult({ abi: factory.abi, errorName: "TransferFailed" });

const holders = (chain, order) => [order.forwarder, order.recipient, chain.caller, factory.address];

export const holdings = (chain, order) =>
  Promise.all(holders(chain, order).map((holder) => chain.balance(order.token, holder)));

const costOf = ({ token }, receipt) => (token === NATIVE ? receipt.gasUsed * receipt.effectiveGasPrice : 0n);

// Sends `call` and proves that all of the order's balance, and nothing else, went to the recipient and to
// nobody else. A token that takes a fee delivers less: `delivered`.
export async function assertPays(chain, order, amount, { call = flushCall(order), delivered = amount } = {}) {
  const [held, received, callers, factorys] = await holdings(chain, order);
  assert.equal(held, amount, "the forwarder does not hold what the test means to flush");
  const receipt = await chain.succeed(call);
  assert.deepEqual(await holdings(chain, order), [0n, received + delivered, callers - costOf(order, receipt), factorys]);
  assert.deepEqual(events(receipt), [flushedEvent(order, amount)]);
  return receipt;
}

// Sends `call` and proves that it fails with `TransferFailed` and that nothing moved.
export async function assertRefuses(chain, order, call = flushCall(order)) {
  assert.deepEqual(await revertOf(chain, call), { errorName: "TransferFailed", args: undefined });
  const code = await chain.code(order.forwarder);
  const before = await holdings(chain, order).catch(() => "unreadable");
  const receipt = await chain.send(call);
  assert.equal(receipt.status, "reverted");
  assert.equal(await chain.code(order.forwarder), code);
  const after = await holdings(chain, order).catch(() => "unreadable");
  if (before !== "unreadable") before[2] -= costOf(order, receipt);
  assert.deepEqual(after, before);
}

// Sends `call` and proves that it succeeds without moving or saying anything.
export async function assertDoesNothing(chain, order, call = flushCall(order)) {
  const before = await holdings(chain, order);
  const receipt = await chain.succeed(call);
  before[2] -= costOf(order, receipt);
  assert.deepEqual(await holdings(chain, order), before);
  assert.deepEqual(receipt.logs, []);
}

// The decoded error that `call` reverts with, `null` when it would succeed.
export async function revertOf(chain, call) {
  try {
    await chain.client.call({ account: chain.caller, gas: 16_000_000n, ...call });
    return null;
  } catch (error) {
    const data = error.walk(({ data }) => data)?.data;
    if (!data) throw error;
    const { errorName, args } = decodeErrorResult({ abi: factory.abi, data: data.data ?? data });
    return { errorName, args };
  }
}
