// Tokens that do not behave. Each flush either delivers everything or changes nothing.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { concat, pad, toHex } from "viem";
import { NATIVE, startChain, testContracts } from "./support/chain.mjs";
import { TRANSFER_FAILED, assertDoesNothing, assertPays, assertRefuses } from "./support/checks.mjs";
import { deployFactory, events, failedEvent, flushCall, flushManyCall, newOrder } from "./support/factory.mjs";

const contracts = testContracts("OddTokens");
const chain = await startChain();
after(() => chain.stop());
await deployFactory(chain);

const AMOUNT = 10_000n;
const TRUE = pad(toHex(1n), { size: 32 });
const MEGABYTE = 1_000_000n;

async function deposited(name, args) {
  const token = await chain.deploy(contracts[name], args);
  const order = newOrder({ token: token.address });
  await chain.deposit(token.address, order.forwarder, AMOUNT);
  return { token, order };
}

test("a token that takes a fee delivers the rest", async () => {
  const { token, order } = await deposited("FeeToken");
  await assertPays(chain, order, AMOUNT, { delivered: AMOUNT - AMOUNT / 100n });
  const collector = await chain.read(token, "COLLECTOR");
  assert.equal(await chain.balance(token.address, collector), AMOUNT / 100n);
});

test("what a token refuses to pay stays, and leaves once the token allows it", async () => {
  const { token, order } = await deposited("BlockingToken");
  await chain.write(token, "setBlocked", [order.recipient, true]);
  await assertRefuses(chain, order);
  await chain.write(token, "setBlocked", [order.recipient, false]);
  await assertPays(chain, order, AMOUNT);
});

test("what a token refuses keeps nothing else from leaving", async () => {
  const { token, order } = await deposited("BlockingToken");
  await chain.write(token, "setBlocked", [order.recipient, true]);
  await chain.deposit(NATIVE, order.forwarder, 3n);
  await assertRefuses(chain, order);
  await assertPays(chain, { ...order, token: NATIVE }, 3n);
  // Now that there is a forwarder, a refusal leaves it where it is.
  await assertRefuses(chain, order);
});

const TAKEN = {
  "nothing": "0x",
  "true": TRUE,
  "true, with bytes after it": concat([TRUE, "0xdeadbeef"]),
};

const REFUSED = {
  "false": pad("0x", { size: 32 }),
  "a word that is neither true nor false": pad(toHex(2n), { size: 32 }),
  "a word of ones": toHex(2n ** 256n - 1n),
  "true in the wrong place of the word": pad("0x01", { size: 32, dir: "right" }),
  "one byte": "0x01",
  "a word that lacks its last byte": TRUE.slice(0, -2),
  "31 bytes of a word that would be true with what memory held": pad("0x", { size: 31 }),
  "false, with true after it": concat([pad("0x", { size: 32 }), TRUE]),
};

for (const [name, answer] of Object.entries(TAKEN)) {
  test(`an answer to a transfer of ${name} is taken for success`, async () => {
    const { token, order } = await deposited("AnsweringToken");
    await chain.write(token, "setAnswer", [answer, true, false]);
    await assertPays(chain, order, AMOUNT);
  });

  test(`a revert with ${name} is a failure`, async () => {
    const { token, order } = await deposited("AnsweringToken");
    await chain.write(token, "setAnswer", [answer, true, true]);
    await assertRefuses(chain, order);
  });
}

for (const [name, answer] of Object.entries(REFUSED)) {
  test(`an answer to a transfer of ${name} is a failure, moved or not`, async () => {
    const { token, order } = await deposited("AnsweringToken");
    for (const moves of [false, true]) {
      await chain.write(token, "setAnswer", [answer, moves, false]);
      await assertRefuses(chain, order);
    }
  });
}

// The answer's last byte decides, so an amount that ends in a one must not stand in for an answer: the token's
// balance is what memory held before.
test("a short answer is a failure also where memory held a one", async () => {
  const token = await chain.deploy(contracts.AnsweringToken);
  const order = newOrder({ token: token.address });
  await chain.deposit(token.address, order.forwarder, 1n);
  for (const answer of ["0x00", pad("0x", { size: 31 })]) {
    await chain.write(token, "setAnswer", [answer, true, false]);
    await assertRefuses(chain, order);
  }
});

test("an enormous answer is not copied", async () => {
  const { address } = await chain.deploy(contracts.LongWindedToken, [MEGABYTE]);
  const order = newOrder({ token: address });
  // Each of its two answers costs the token about 2.1 million; a forwarder that copied them would need as much.
  const call = { ...flushCall(order), gas: 5_000_000n };
  const receipt = await chain.succeed(call);
  assert.equal(events(receipt).length, 1);
});

for (const [what, size, reverts] of [
  ["reverts", 0n, true],
  ["reverts with a word", 32n, true],
  ["reverts with a megabyte", MEGABYTE, true],
  ["answers nothing", 0n, false],
  ["answers a byte less than a word", 31n, false],
]) {
  test(`a token whose balanceOf ${what} is a failure`, async () => {
    const { address } = await chain.deploy(contracts.MuteToken, [size, reverts]);
    const order = newOrder({ token: address });
    await chain.deposit(NATIVE, order.forwarder, 3n);
    await assertRefuses(chain, order);
    await assertPays(chain, { ...order, token: NATIVE }, 3n);
  });
}

for (const [where, early] of [["transfer", false], ["balanceOf", true]]) {
  test(`a token whose ${where} burns all gas is a failure`, async () => {
    const { address } = await chain.deploy(contracts.BurningToken, [early]);
    const order = newOrder({ token: address });
    await assertRefuses(chain, order, { ...flushCall(order), gas: 2_000_000n });
  });
}

test("what a token says when it fails does not reach the log of a batch", async () => {
  const { token, order } = await deposited("AnsweringToken");
  await chain.write(token, "setAnswer", [toHex("a long story ".repeat(50)), false, true]);
  const receipt = await chain.succeed(flushManyCall([order], 1_000_000n));
  assert.deepEqual(events(receipt), [failedEvent(order, TRANSFER_FAILED)]);
});

test("a token's refusal does not depend on what the forwarder flushed before", async () => {
  const { order } = await deposited("FeeToken");
  await assertPays(chain, order, AMOUNT, { delivered: AMOUNT - AMOUNT / 100n });
  await assertDoesNothing(chain, order);
  const mute = await chain.deploy(contracts.MuteToken, [0n, false]);
  await assertRefuses(chain, { ...order, token: mute.address });
});
