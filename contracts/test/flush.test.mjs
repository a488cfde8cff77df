// One order at a time, with tokens and recipients that behave.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { NATIVE, newAddress, startChain, testContracts } from "./support/chain.mjs";
import { assertDoesNothing, assertPays, assertRefuses } from "./support/checks.mjs";
import { deployFactory, directFlushCall, events, flushCall, flushedEvent, newOrder } from "./support/factory.mjs";

const { TestToken, UsdtLikeToken, StipendPayer } = testContracts("TestToken", "OddTokens", "Recipients");
const chain = await startChain();
after(() => chain.stop());
await deployFactory(chain);
const standard = (await chain.deploy(TestToken, [6])).address;
const usdt = (await chain.deploy(UsdtLikeToken)).address;

const TOKENS = {
  "a standard ERC-20": standard,
  "an ERC-20 that answers nothing, as USDT": usdt,
  "the native token": NATIVE,
};

for (const [name, token] of Object.entries(TOKENS)) {
  test(`anyone flushes ${name}: all of it goes to the recipient and nothing elsewhere`, async () => {
    const order = newOrder({ token });
    await chain.deposit(token, order.forwarder, 1_234_567n);
    await assertPays(chain, order, 1_234_567n);
  });

  test(`a later deposit of ${name} is flushed by the forwarder that is there already`, async () => {
    const order = newOrder({ token });
    await chain.deposit(token, order.forwarder, 5n);
    await assertPays(chain, order, 5n);
    const code = await chain.code(order.forwarder);
    await chain.deposit(token, order.forwarder, 7n);
    await assertPays(chain, order, 7n);
    await chain.deposit(token, order.forwarder, 9n);
    await assertPays(chain, order, 9n, { call: directFlushCall(order) });
    assert.equal(await chain.code(order.forwarder), code);
  });

  test(`several deposits of ${name} leave in one flush`, async () => {
    const order = newOrder({ token });
    for (const amount of [1n, 20n, 300n]) await chain.deposit(token, order.forwarder, amount);
    await assertPays(chain, order, 321n);
  });

  test(`a flush that finds nothing of ${name} succeeds in silence`, async () => {
    const order = newOrder({ token });
    await assertDoesNothing(chain, order);
    assert.notEqual(await chain.code(order.forwarder), "0x");
    await assertDoesNothing(chain, order);
    await assertDoesNothing(chain, order, directFlushCall(order));
  });

  test(`a forwarder that a stranger deployed before the deposit of ${name} is flushed all the same`, async () => {
    const order = newOrder({ token });
    await chain.succeed({ from: chain.stranger, ...flushCall(order) });
    await chain.deposit(token, order.forwarder, 11n);
    await assertPays(chain, order, 11n);
  });

  test(`two callers who flush ${name} in one block both succeed and it is paid once`, async () => {
    const order = newOrder({ token });
    await chain.deposit(token, order.forwarder, 13n);
    const [first, second] = await inOneBlock(flushCall(order), [chain.caller, chain.stranger]);
    assert.equal(first.blockNumber, second.blockNumber);
    assert.deepEqual([first.status, second.status], ["success", "success"]);
    assert.deepEqual([...events(first), ...events(second)], [flushedEvent(order, 13n)]);
    assert.equal(await chain.balance(token, order.recipient), 13n);
  });
}

async function inOneBlock(call, senders) {
  await chain.client.setAutomine(false);
  const hashes = [];
  for (const account of senders) {
    hashes.push(await chain.client.sendTransaction({ account, gas: 1_000_000n, ...call }));
  }
  await chain.client.mine({ blocks: 1 });
  await chain.client.setAutomine(true);
  return Promise.all(hashes.map((hash) => chain.receipt(hash)));
}

for (const amount of [1n, 2n ** 128n, 2n ** 256n - 1n]) {
  test(`an amount of ${amount} leaves whole`, async () => {
    const { address: token } = await chain.deploy(TestToken, [18]);
    const order = newOrder({ token });
    await chain.deposit(token, order.forwarder, amount);
    await assertPays(chain, order, amount);
  });
}

test("a wrong token, sent by mistake, is rescued by flushing that token", async () => {
  const order = newOrder({ token: standard });
  await chain.deposit(usdt, order.forwarder, 17n);
  await chain.deposit(NATIVE, order.forwarder, 19n);
  await assertDoesNothing(chain, order);
  await assertPays(chain, { ...order, token: usdt }, 17n);
  await assertPays(chain, { ...order, token: NATIVE }, 19n);
});

test("flushing one token leaves the others where they are", async () => {
  const order = newOrder({ token: standard });
  for (const token of Object.values(TOKENS)) await chain.deposit(token, order.forwarder, 23n);
  await assertPays(chain, order, 23n);
  assert.equal(await chain.balance(usdt, order.forwarder), 23n);
  assert.equal(await chain.balance(NATIVE, order.forwarder), 23n);
});

test("one salt with two recipients makes two orders that do not touch each other", async () => {
  const mine = newOrder({ token: standard });
  const theirs = newOrder({ token: standard, salt: mine.salt });
  assert.notEqual(mine.forwarder, theirs.forwarder);
  await chain.deposit(standard, mine.forwarder, 29n);
  await assertDoesNothing(chain, theirs);
  await assertPays(chain, mine, 29n);
});

test("a deployed forwarder takes the native token from a payer that grants only the stipend", async () => {
  const payer = await chain.deploy(StipendPayer);
  const order = newOrder();
  await chain.succeed(flushCall(order));
  const receipt = await chain.write(payer, "pay", [order.forwarder], { value: 31n });
  assert.deepEqual(receipt.logs, []);
  await assertPays(chain, order, 31n);
});

test("an address without code is not a token", async () => {
  await assertRefuses(chain, newOrder({ token: newAddress() }));
});

test("a precompiled contract is not a token, whatever it answers", async () => {
  for (let number = 1; number <= 17; number += 1) {
    const token = `0x${number.toString(16).padStart(40, "0")}`;
    const order = newOrder({ token });
    // Little, for some of them burn all that they are given.
    await assertRefuses(chain, order, { ...flushCall(order), gas: 500_000n });
  }
});
