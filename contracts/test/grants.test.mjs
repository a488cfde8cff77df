// How much gas a batch asks for and what each order of it can count on.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { MOST_GAS, NATIVE, inTurn, startChain, testContracts } from "./support/chain.mjs";
import { revertOf } from "./support/checks.mjs";
import {
  GRANT,
  deployFactory,
  events,
  failedEvent,
  flushCall,
  flushManyCall,
  flushedEvent,
  newOrder,
} from "./support/factory.mjs";

const contracts = testContracts("Recipients", "TestToken");
const chain = await startChain();
after(() => chain.stop());
await deployFactory(chain);
const { address: standard } = await chain.deploy(contracts.TestToken, [6]);

const AMOUNT = 1_000n;

async function deposited(fields) {
  const order = newOrder(fields);
  await chain.deposit(order.token, order.forwarder, AMOUNT);
  return order;
}

const isPaid = async (order) => (await chain.balance(order.token, order.recipient)) === AMOUNT;
const needed = (orders, grant) => BigInt(orders) * (grant + 10_000n) + grant / 63n;

// The least gas that a batch is accepted with, to the last unit.
async function leastAccepted(call) {
  let [refused, accepted] = [21_000n, MOST_GAS];
  while (accepted - refused > 1n) {
    const gas = (refused + accepted) / 2n;
    if (await isAccepted({ ...call, gas })) accepted = gas;
    else refused = gas;
  }
  return accepted;
}

// A transaction that cannot even pay for its calldata is refused by the chain, with no revert to read.
const isAccepted = (call) => revertOf(chain, call).then((revert) => revert === null, () => false);

test("too little gas for a batch reverts and says how much it needs", async () => {
  const orders = await inTurn(4, () => deposited({ token: standard }));
  const call = { ...flushManyCall(orders), gas: 900_000n };
  assert.deepEqual(await revertOf(chain, call), { errorName: "NotEnoughGas", args: [needed(4, GRANT)] });
  const receipt = await chain.send(call);
  assert.equal(receipt.status, "reverted");
  for (const order of orders) assert.equal(await isPaid(order), false);
});

test("a grant beyond all gas reverts, even where the sum overflows", async () => {
  const order = await deposited({ token: standard });
  // For the last, what two orders need would be about 20,000 if the sum were allowed to wrap around.
  for (const grant of [2n ** 64n, 2n ** 255n, 2n ** 256n - 1n, (2n ** 256n * 63n) / 127n]) {
    const receipt = await chain.send(flushManyCall([order, order], grant));
    assert.equal(receipt.status, "reverted");
  }
  assert.equal(await isPaid(order), false);
});

test("an order that is granted too little fails, and is flushed later with more", async () => {
  const order = await deposited({ token: standard });
  const receipt = await chain.succeed(flushManyCall([order], 40_000n));
  assert.deepEqual(events(receipt), [failedEvent(order, "0x")]);
  assert.equal(await chain.code(order.forwarder), "0x");
  await chain.succeed(flushManyCall([order]));
  assert.ok(await isPaid(order));
});

for (const [name, token] of [["an ERC-20", standard], ["the native token", NATIVE]]) {
  test(`no grant, however small, leaves an order of ${name} half done`, async () => {
    const order = await deposited({ token });
    const outcomes = new Set();
    for (let grant = 0n; grant <= 220_000n; grant += 2_741n) {
      await chain.undone(async () => {
        const receipt = await chain.succeed(flushManyCall([order], grant));
        const [event, ...others] = events(receipt);
        assert.deepEqual(others, []);
        outcomes.add(event.name);
        const done = event.name === "Flushed";
        if (done) assert.deepEqual(event, flushedEvent(order, AMOUNT));
        assert.equal(await isPaid(order), done);
        assert.equal(await chain.balance(token, order.forwarder), done ? 0n : AMOUNT);
        assert.equal((await chain.code(order.forwarder)) !== "0x", done);
      });
    }
    assert.deepEqual([...outcomes], ["FlushFailed", "Flushed"]);
  });
}

test("one order cannot have what was granted to another", async () => {
  const burner = await chain.deploy(contracts.BurningRecipient);
  const meter = await chain.deploy(contracts.MeteringRecipient);
  const alone = await deposited({ recipient: meter.address });
  await chain.succeed(flushManyCall([alone]));
  const grantedAlone = await chain.read(meter, "granted");

  // With the least gas that the batch is accepted with, after many that burned all of theirs.
  const last = await chain.deploy(contracts.MeteringRecipient);
  const orders = await inTurn(20, () => deposited({ recipient: burner.address }));
  orders.push(await deposited({ recipient: last.address }));
  const call = flushManyCall(orders);
  const receipt = await chain.succeed({ ...call, gas: await leastAccepted(call) });
  assert.equal(events(receipt).filter(({ name }) => name === "FlushFailed").length, 20);
  assert.ok(await isPaid(orders.at(-1)));
  assert.equal(await chain.read(last, "granted"), grantedAlone);
});

test("a single order has its full grant from the least gas that is accepted", async () => {
  const granted = [];
  for (const slack of [0n, 1_000_000n]) {
    const meter = await chain.deploy(contracts.MeteringRecipient);
    const call = flushManyCall([await deposited({ recipient: meter.address })], 2_000_000n);
    await chain.succeed({ ...call, gas: (await leastAccepted(call)) + slack });
    granted.push(await chain.read(meter, "granted"));
  }
  assert.equal(granted[0], granted[1]);
});

test("as many orders as README.md says fit into one transaction, and not one more", async () => {
  const batch = (size) => flushManyCall(Array.from({ length: size }, () => newOrder({ token: standard })));
  assert.equal(await isAccepted(batch(64)), true);
  assert.equal(await isAccepted(batch(65)), false);
});

test("a node's estimate for a batch is enough for all of its orders", async () => {
  const orders = await inTurn(5, () => deposited({ token: standard }));
  const call = flushManyCall(orders);
  const gas = await chain.client.estimateGas({ account: chain.caller, ...call });
  assert.ok(gas >= needed(5, GRANT));
  const receipt = await chain.succeed({ ...call, gas });
  assert.deepEqual(events(receipt), orders.map((order) => flushedEvent(order, AMOUNT)));
});

test("a node's estimate for one order is enough for it", async () => {
  for (const token of [standard, NATIVE]) {
    const order = await deposited({ token });
    const gas = await chain.client.estimateGas({ account: chain.caller, ...flushCall(order) });
    await chain.succeed({ ...flushCall(order), gas });
    assert.ok(await isPaid(order));
  }
});
