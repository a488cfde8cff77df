// Recipients that are contracts, paid in the native token, which is where they get a say.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { NATIVE, startChain, testContracts } from "./support/chain.mjs";
import { assertPays, assertRefuses } from "./support/checks.mjs";
import { deployFactory, directFlushCall, factory, flushCall, newOrder } from "./support/factory.mjs";

const contracts = testContracts("Recipients", "TestToken");
const chain = await startChain();
after(() => chain.stop());
await deployFactory(chain);

const AMOUNT = 1_000n;
const MEGABYTE = 1_000_000n;

async function deposited(name, args) {
  const recipient = await chain.deploy(contracts[name], args);
  const order = newOrder({ recipient: recipient.address });
  await chain.deposit(NATIVE, order.forwarder, AMOUNT);
  return { recipient, order };
}

test("what a recipient refuses stays, and leaves once the recipient takes it", async () => {
  const { recipient, order } = await deposited("RefusingRecipient");
  await assertRefuses(chain, order);
  await chain.write(recipient, "setAccepts", [true]);
  await assertPays(chain, order, AMOUNT);
});

test("a recipient that refuses the native token is paid in others", async () => {
  const { order } = await deposited("RefusingRecipient");
  const { address: token } = await chain.deploy(contracts.TestToken, [18]);
  await chain.deposit(token, order.forwarder, 5n);
  await assertPays(chain, { ...order, token }, 5n);
  // Deployed now, and what was refused is still there.
  await assertRefuses(chain, order, directFlushCall(order));
});

test("a recipient gets the gas that a smart wallet needs", async () => {
  const { recipient, order } = await deposited("MeteringRecipient");
  await assertPays(chain, order, AMOUNT, { call: { ...flushCall(order), gas: 1_000_000n } });
  assert.ok((await chain.read(recipient, "granted")) > 800_000n);
});

test("a recipient that burns all gas fails and keeps nothing else from leaving", async () => {
  const { order } = await deposited("BurningRecipient");
  await assertRefuses(chain, order, { ...flushCall(order), gas: 2_000_000n });
  const { address: token } = await chain.deploy(contracts.TestToken, [18]);
  await chain.deposit(token, order.forwarder, 5n);
  await assertPays(chain, { ...order, token }, 5n);
});

test("an enormous answer of a recipient is not copied", async () => {
  const { order } = await deposited("LongWindedRecipient", [MEGABYTE, false]);
  // The answer costs the recipient about 2.1 million; a forwarder that copied it would need as much.
  await assertPays(chain, order, AMOUNT, { call: { ...flushCall(order), gas: 3_000_000n } });
});

test("an enormous refusal of a recipient is not copied", async () => {
  const { order } = await deposited("LongWindedRecipient", [MEGABYTE, true]);
  await assertRefuses(chain, order, { ...flushCall(order), gas: 3_000_000n });
});

test("the factory as a recipient refuses the native token, so none ends there", async () => {
  const order = newOrder({ recipient: factory.address });
  await chain.deposit(NATIVE, order.forwarder, AMOUNT);
  await assertRefuses(chain, order);
  assert.equal(await chain.balance(NATIVE, factory.address), 0n);
});

test("the factory and a forwarder take no value with a call", async () => {
  const { order } = await deposited("MeteringRecipient");
  const toFactory = await chain.send({ ...flushCall(order), value: 1n });
  assert.equal(toFactory.status, "reverted");
  await chain.succeed(flushCall(order));
  const toForwarder = await chain.send({ ...directFlushCall(order), value: 1n });
  assert.equal(toForwarder.status, "reverted");
});

test("a forwarder's forwarder delivers in two steps", async () => {
  const last = newOrder();
  const first = newOrder({ recipient: last.forwarder });
  await chain.deposit(NATIVE, first.forwarder, AMOUNT);
  await assertPays(chain, first, AMOUNT);
  await assertPays(chain, last, AMOUNT);
});
