// Addresses: where the factory lands, and that a deposit address can be told before anything is deployed.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, test } from "node:test";
import { concat, keccak256, toHex } from "viem";
import { here } from "../compile.mjs";
import { saltOf } from "../salt.mjs";
import { NATIVE, newAddress, startChain, testContracts, unique } from "./support/chain.mjs";
import { assertPays } from "./support/checks.mjs";
import { FACTORY, deployFactory, factory, flushManyCall, forwarderAddress, newOrder } from "./support/factory.mjs";

const { TestToken } = testContracts("TestToken");
const PAIRS = 300;
const SEED = process.env.SEED ?? String(Math.floor(Math.random() * 2 ** 32));

async function ownChain(t, hardfork) {
  const chain = await startChain(hardfork);
  t.after(() => chain.stop());
  return chain;
}

const shared = await startChain();
after(() => shared.stop());
await deployFactory(shared);

const addressOf = (salt, recipient) => shared.read(factory, "addressOf", [salt, recipient]);

// A row of README.md's table of addresses.
function documented(row) {
  const readme = readFileSync(here("README.md"), "utf8");
  return readme.match(new RegExp(`\\| ${row}[^|]*\\| \`(0x[0-9a-f]+)\` \\|`))[1];
}

// The code of the deployer that everybody uses, so that this chain's is not something else at its address.
const DEPLOYER_CODE =
  "0x7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe03601600081602082378035828234f5" +
  "8015156039578182fd5b8082525050506014600cf3";

test("the deployer is the well-known one", async () => {
  assert.equal(await shared.code(FACTORY.deployment.deployer), DEPLOYER_CODE);
});

test("the factory lands at the documented address, whoever deploys it", async (t) => {
  assert.equal(FACTORY.deployment.address, documented("Factory"));
  for (const who of ["payer", "stranger"]) {
    const chain = await ownChain(t);
    assert.equal(await chain.code(factory.address), "0x");
    await deployFactory(chain, chain[who]);
    assert.notEqual(await chain.code(factory.address), "0x");
  }
});

test("the documented salt is that of the documented order", () => {
  assert.equal(saltOf(documented("Order")), documented("Salt"));
});

test("the documented example is what the factory answers", async () => {
  const answer = await addressOf(documented("Salt"), documented("Recipient"));
  assert.equal(answer.toLowerCase(), documented("Forwarder"));
});

test(`addressOf is the CREATE2 address of any salt and recipient (SEED=${SEED})`, async (t) => {
  t.diagnostic(`SEED=${SEED}`);
  const random = (what, i) => keccak256(toHex(`${SEED} ${what} ${i}`));
  for (let i = 0; i < PAIRS; i += 1) {
    const salt = random("salt", i);
    const recipient = `0x${random("recipient", i).slice(-40)}`;
    assert.equal(await addressOf(salt, recipient), forwarderAddress(salt, recipient), `${salt} ${recipient}`);
  }
});

test("addressOf is the CREATE2 address at the ends of both ranges", async () => {
  for (const salt of [toHex(0n, { size: 32 }), toHex(2n ** 256n - 1n)]) {
    for (const recipient of [NATIVE, toHex(1n, { size: 20 }), toHex(2n ** 160n - 1n)]) {
      assert.equal(await addressOf(salt, recipient), forwarderAddress(salt, recipient));
    }
  }
});

test("addressOf answers the same before and after the forwarder is deployed", async () => {
  const order = newOrder();
  assert.equal(await addressOf(order.salt, order.recipient), order.forwarder);
  await shared.succeed(flushManyCall([order]));
  assert.notEqual(await shared.code(order.forwarder), "0x");
  assert.equal(await addressOf(order.salt, order.recipient), order.forwarder);
});

test("a factory elsewhere derives other addresses", async () => {
  const salt = unique();
  const data = concat([salt, FACTORY.creationCode]);
  const { data: other } = await shared.client.call({ to: FACTORY.deployment.deployer, data });
  await shared.succeed({ to: FACTORY.deployment.deployer, data });
  const order = [unique(), newAddress()];
  const answer = await shared.read({ ...factory, address: other }, "addressOf", order);
  assert.notEqual(answer, forwarderAddress(...order));
});

test("what was paid before there was a factory can be flushed", async (t) => {
  const chain = await ownChain(t);
  const { address: token } = await chain.deploy(TestToken, [6]);
  const orders = [newOrder({ token }), newOrder()];
  for (const order of orders) await chain.deposit(order.token, order.forwarder, 5n);
  await deployFactory(chain);
  for (const order of orders) await assertPays(chain, order, 5n);
});

for (const hardfork of ["paris", "cancun"]) {
  test(`a chain as of ${hardfork} has the same addresses and flushes`, async (t) => {
    const chain = await ownChain(t, hardfork);
    await deployFactory(chain);
    const { address: token } = await chain.deploy(TestToken, [6]);
    for (const order of [newOrder({ token }), newOrder()]) {
      await chain.deposit(order.token, order.forwarder, 5n);
      await assertPays(chain, order, 5n);
    }
  });
}
