// Tokens and recipients that call back while they are paid. Whatever they call, money goes where it was bound.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { NATIVE, startChain, testContracts } from "./support/chain.mjs";
import { assertDoesNothing, assertPays, assertRefuses } from "./support/checks.mjs";
import {
  deployFactory,
  directFlushCall,
  events,
  flushCall,
  flushManyCall,
  flushedEvent,
  newOrder,
} from "./support/factory.mjs";

const contracts = testContracts("Calls", "Reentering", "TestToken");
const chain = await startChain();
after(() => chain.stop());
await deployFactory(chain);
const { address: standard } = await chain.deploy(contracts.TestToken, [6]);

const AMOUNT = 1_000n;
// Every way to flush an order that there is.
const WAYS = {
  "the factory": flushCall,
  "the forwarder": directFlushCall,
  "a batch": (order) => flushManyCall([order], 200_000n),
};

const reenter = (contract, ...calls) =>
  chain.write(contract, "setCalls", [calls.map(({ to, data, value = 0n }) => ({ target: to, value, data }))]);

const outcome = async (contract) => ({
  succeeded: await chain.read(contract, "succeeded"),
  failed: await chain.read(contract, "failed"),
});

async function deposited(token, recipient) {
  const order = newOrder({ token, recipient });
  await chain.deposit(token, order.forwarder, AMOUNT);
  return order;
}

for (const [way, call] of Object.entries(WAYS)) {
  test(`a token that re-enters through ${way} before it moves the money makes the flush fail`, async () => {
    const token = await chain.deploy(contracts.ReenteringBeforeToken);
    const order = await deposited(token.address);
    await reenter(token, call(order));
    await assertRefuses(chain, order);
    // Its holders are harmed only for as long as it does so.
    await reenter(token);
    await assertPays(chain, order, AMOUNT);
  });

  test(`a token that re-enters through ${way} after it moved the money finds nothing left`, async () => {
    const token = await chain.deploy(contracts.ReenteringAfterToken);
    const order = await deposited(token.address);
    await reenter(token, call(order));
    await assertPays(chain, order, AMOUNT);
    assert.deepEqual(await outcome(token), { succeeded: 1n, failed: 0n });
  });

  test(`a recipient that re-enters through ${way} finds nothing left`, async () => {
    const recipient = await chain.deploy(contracts.ReenteringRecipient);
    const order = await deposited(NATIVE, recipient.address);
    await reenter(recipient, call(order));
    await assertPays(chain, order, AMOUNT);
    assert.deepEqual(await outcome(recipient), { succeeded: 1n, failed: 0n });
  });

  test(`a recipient that sends some back and re-enters through ${way} ends up with all of it`, async () => {
    const recipient = await chain.deploy(contracts.ReenteringRecipient);
    const order = await deposited(NATIVE, recipient.address);
    await reenter(recipient, { to: order.forwarder, data: "0x", value: 400n }, call(order));
    const receipt = await chain.succeed(flushCall(order));
    assert.deepEqual(await outcome(recipient), { succeeded: 2n, failed: 0n });
    assert.deepEqual(events(receipt), [flushedEvent(order, 400n), flushedEvent(order, AMOUNT)]);
    assert.equal(await chain.balance(NATIVE, recipient.address), AMOUNT);
    assert.equal(await chain.balance(NATIVE, order.forwarder), 0n);
  });
}

for (const [who, name] of [["token", "ReenteringAfterToken"], ["recipient", "ReenteringRecipient"]]) {
  // The order whose payment lets the attacker's contract act.
  async function attack() {
    const attacker = await chain.deploy(contracts[name]);
    const order = await (who === "token" ? deposited(attacker.address) : deposited(NATIVE, attacker.address));
    return { attacker, order };
  }

  test(`a re-entering ${who} that flushes another's order pays that order's recipient`, async () => {
    const { attacker, order } = await attack();
    const victims = [await deposited(standard), await deposited(NATIVE)];
    await reenter(attacker, ...victims.map(flushCall));
    const receipt = await chain.succeed(flushCall(order));
    assert.deepEqual(await outcome(attacker), { succeeded: 2n, failed: 0n });
    const paid = [...victims, order].map((each) => flushedEvent(each, AMOUNT));
    assert.deepEqual(events(receipt), paid);
    for (const victim of victims) {
      assert.equal(await chain.balance(victim.token, victim.recipient), AMOUNT);
      await assertDoesNothing(chain, victim);
    }
    assert.equal(await chain.balance(standard, attacker.address), 0n);
  });

  test(`a re-entering ${who} in a batch cannot stop, double or divert the orders around it`, async () => {
    const { attacker, order } = await attack();
    const [before, behind] = [await deposited(standard), await deposited(NATIVE)];
    const batch = [before, order, behind];
    await reenter(attacker, flushManyCall([behind, before, order], 100_000n), flushCall(behind));
    const receipt = await chain.succeed(flushManyCall(batch, 1_000_000n));
    assert.deepEqual(await outcome(attacker), { succeeded: 2n, failed: 0n });
    const paid = events(receipt).filter((event) => event.name === "Flushed");
    assert.deepEqual(paid, [before, behind, order].map((each) => flushedEvent(each, AMOUNT)));
    for (const each of [before, behind]) assert.equal(await chain.balance(each.token, each.recipient), AMOUNT);
  });
}

test("a re-entering token cannot have the native token of its order either", async () => {
  const token = await chain.deploy(contracts.ReenteringAfterToken);
  const order = await deposited(token.address);
  const native = { ...order, token: NATIVE };
  await chain.deposit(NATIVE, order.forwarder, 7n);
  await reenter(token, directFlushCall(native));
  const receipt = await chain.succeed(flushCall(order));
  assert.deepEqual(events(receipt), [flushedEvent(native, 7n), flushedEvent(order, AMOUNT)]);
  assert.equal(await chain.balance(NATIVE, order.recipient), 7n);
  assert.equal(await chain.balance(NATIVE, token.address), 0n);
});
