// What the deployed code is and what it is not able to do.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { concat, getAddress, keccak256, pad } from "viem";
import { newAddress, startChain, unique } from "./support/chain.mjs";
import { FACTORY, FORWARDER, deployFactory, factory, flushCall, forwarderCreation, newOrder } from "./support/factory.mjs";
import { countOf } from "./support/opcodes.mjs";

const chain = await startChain();
after(() => chain.stop());
await deployFactory(chain);

async function deployedForwarder(fields) {
  const order = newOrder(fields);
  await chain.succeed(flushCall(order));
  return chain.code(order.forwarder);
}

// What creation code would deploy.
const made = async (creationCode) => (await chain.client.call({ data: creationCode })).data;

const forwarderCode = await deployedForwarder();
const factoryCode = await chain.code(factory.address);

test("the walk over instructions sees them and passes over what is pushed", () => {
  assert.equal(countOf("0xf4", "DELEGATECALL"), 1);
  assert.equal(countOf("0x60f4", "DELEGATECALL"), 0);
  assert.equal(countOf("0x60f4f4", "DELEGATECALL"), 1);
  assert.equal(countOf(concat(["0x7f", pad("0xff", { size: 32 }), "0xff"]), "SELFDESTRUCT"), 1);
  assert.equal(countOf("0x5f5f", "PUSH0"), 2);
});

for (const name of ["DELEGATECALL", "CALLCODE", "SELFDESTRUCT", "CREATE", "SSTORE", "TSTORE", "PUSH0"]) {
  test(`neither contract has ${name}`, () => {
    assert.equal(countOf(forwarderCode, name), 0);
    assert.equal(countOf(factoryCode, name), 0);
  });
}

test("a forwarder makes three calls and creates nothing", () => {
  const counts = ["CALL", "STATICCALL", "CREATE2"].map((name) => countOf(forwarderCode, name));
  assert.deepEqual(counts, [2, 1, 0]);
});

test("the factory's code is what the artifact's creation code makes", async () => {
  assert.equal(factoryCode, await made(FACTORY.creationCode));
});

test("a forwarder's code is what the artifact's creation code makes for its recipient, whatever the salt", async () => {
  const recipient = newAddress();
  const expected = await made(forwarderCreation(recipient));
  for (const salt of [unique(), unique()]) {
    assert.equal(await deployedForwarder({ recipient, salt }), expected);
  }
});

test("forwarders differ in the recipient and in nothing else", async () => {
  const recipients = [newAddress(), newAddress()];
  const codes = [];
  for (const recipient of recipients) codes.push(await deployedForwarder({ recipient }));
  const blanked = codes.map((code, i) => code.replaceAll(recipients[i].slice(2).toLowerCase(), "recipient"));
  assert.notEqual(codes[0], codes[1]);
  assert.equal(blanked[0], blanked[1]);
});

test("the factory creates with the artifact's creation code, by its hash", async () => {
  // The forwarder's address commits to that hash: it is where it is only if the factory used these bytes.
  const recipient = newAddress();
  const salt = unique();
  const hash = keccak256(forwarderCreation(recipient));
  const digest = keccak256(concat(["0xff", factory.address, salt, hash]));
  const order = newOrder({ recipient, salt });
  await chain.succeed(flushCall(order));
  assert.notEqual(await chain.code(getAddress(`0x${digest.slice(-40)}`)), "0x");
  assert.ok(factoryCode.includes(FORWARDER.creationCode.slice(2)));
});
