// Many orders in one transaction: each is flushed or untouched, whatever the others do.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { NATIVE, inTurn, newAddress, startChain, testContracts } from "./support/chain.mjs";
import { TRANSFER_FAILED } from "./support/checks.mjs";
import {
  deployFactory,
  events,
  factory,
  failedEvent,
  flushCall,
  flushManyCall,
  flushedEvent,
  newOrder,
} from "./support/factory.mjs";

const contracts = testContracts("OddTokens", "Recipients", "TestToken");
const chain = await startChain();
after(() => chain.stop());
await deployFactory(chain);
const { address: standard } = await chain.deploy(contracts.TestToken, [6]);
const { address: usdt } = await chain.deploy(contracts.UsdtLikeToken);

const AMOUNT = 1_000n;

async function deposited(fields = {}) {
  const order = newOrder(fields);
  await chain.deposit(order.token, order.forwarder, AMOUNT);
  return order;
}

const deployed = async (name, args) => (await chain.deploy(contracts[name], args)).address;

async function assertPaid(order) {
  assert.equal(await chain.balance(order.token, order.recipient), AMOUNT);
  assert.equal(await chain.balance(order.token, order.forwarder), 0n);
}

// What a token cannot say is `null`, before a batch as after it.
const balances = ({ token, forwarder, recipient }) =>
  Promise.all([forwarder, recipient].map((holder) => chain.balance(token, holder).catch(() => null)));

// As if it had not been in the batch: no forwarder, and the money where it was.
async function assertUntouched(order, before) {
  assert.equal(await chain.code(order.forwarder), "0x");
  assert.deepEqual(await balances(order), before);
}

test("a batch pays every order, each in its token, and neither the caller nor the factory anything", async () => {
  const orders = [];
  for (const each of [standard, usdt, NATIVE, standard]) orders.push(await deposited({ token: each }));
  const receipt = await chain.succeed(flushManyCall(orders));
  assert.deepEqual(events(receipt), orders.map((order) => flushedEvent(order, AMOUNT)));
  for (const order of orders) {
    await assertPaid(order);
    for (const other of [chain.caller, factory.address]) {
      if (order.token !== NATIVE) assert.equal(await chain.balance(order.token, other), 0n);
    }
  }
  assert.equal(await chain.balance(NATIVE, factory.address), 0n);
});

// Each gives an order that fails in its own way.
const FAILING = {
  "a token without code": async () => newOrder({ token: newAddress() }),
  "a token that answers false": async () => {
    const { address } = await chain.deploy(contracts.AnsweringToken);
    await chain.write({ address, abi: contracts.AnsweringToken.abi }, "setAnswer", [`0x${"00".repeat(32)}`, true, false]);
    return deposited({ token: address });
  },
  "a token that reverts": async () => {
    const { address } = await chain.deploy(contracts.BlockingToken);
    const order = await deposited({ token: address });
    await chain.write({ address, abi: contracts.BlockingToken.abi }, "setBlocked", [order.recipient, true]);
    return order;
  },
  "a token whose balanceOf reverts": async () => newOrder({ token: await deployed("MuteToken", [0n, true]) }),
  "a token whose balanceOf burns all gas": async () => newOrder({ token: await deployed("BurningToken", [true]) }),
  "a token whose transfer burns all gas": async () => newOrder({ token: await deployed("BurningToken", [false]) }),
  "a token that answers a megabyte": async () => newOrder({ token: await deployed("LongWindedToken", [1_000_000n]) }),
  "a recipient that refuses": async () => deposited({ recipient: await deployed("RefusingRecipient") }),
  "a recipient that burns all gas": async () => deposited({ recipient: await deployed("BurningRecipient") }),
  "a recipient that refuses with a megabyte": async () =>
    deposited({ recipient: await deployed("LongWindedRecipient", [1_000_000n, true]) }),
};

for (const [name, make] of Object.entries(FAILING)) {
  test(`${name} fails alone: it is told, undone, and the others are paid`, async () => {
    const failing = await make();
    const held = await balances(failing);
    const [before, behind] = [await deposited({ token: standard }), await deposited()];
    const receipt = await chain.succeed(flushManyCall([before, failing, behind]));
    assert.deepEqual(events(receipt), [
      flushedEvent(before, AMOUNT),
      failedEvent(failing, TRANSFER_FAILED),
      flushedEvent(behind, AMOUNT),
    ]);
    await assertPaid(before);
    await assertPaid(behind);
    await assertUntouched(failing, held);
  });
}

test("a batch of failures only succeeds, tells each, and changes nothing", async () => {
  const orders = await inTurn(3, FAILING["a recipient that burns all gas"]);
  const receipt = await chain.succeed(flushManyCall(orders));
  assert.deepEqual(events(receipt), orders.map((order) => failedEvent(order, TRANSFER_FAILED)));
  for (const order of orders) await assertUntouched(order, [AMOUNT, 0n]);
});

test("an order that failed in a batch is flushed later, by whoever likes", async () => {
  const { address, abi } = await chain.deploy(contracts.RefusingRecipient);
  const order = await deposited({ recipient: address });
  await chain.succeed(flushManyCall([order]));
  await assertUntouched(order, [AMOUNT, 0n]);
  await chain.write({ address, abi }, "setAccepts", [true]);
  await chain.succeed({ from: chain.stranger, ...flushManyCall([order]) });
  await assertPaid(order);
});

test("an order that is in a batch twice is paid once and fails never", async () => {
  const order = await deposited({ token: standard });
  const receipt = await chain.succeed(flushManyCall([order, order]));
  assert.deepEqual(events(receipt), [flushedEvent(order, AMOUNT)]);
  await assertPaid(order);
});

test("one address holds two tokens and a batch flushes both", async () => {
  const first = await deposited({ token: standard });
  const second = { ...first, token: usdt };
  await chain.deposit(usdt, first.forwarder, AMOUNT);
  const receipt = await chain.succeed(flushManyCall([first, second]));
  assert.deepEqual(events(receipt), [first, second].map((order) => flushedEvent(order, AMOUNT)));
});

test("orders that a stranger flushed before the batch are skipped in silence", async () => {
  const [early, other] = [await deposited({ token: standard }), await deposited({ token: standard })];
  await chain.succeed({ from: chain.stranger, ...flushCall(early) });
  const receipt = await chain.succeed(flushManyCall([early, other]));
  assert.deepEqual(events(receipt), [flushedEvent(other, AMOUNT)]);
});

test("an empty batch does nothing", async () => {
  const receipt = await chain.succeed(flushManyCall([]));
  assert.deepEqual(receipt.logs, []);
});
