// Measures what flushes cost and prints the table of README.md. Nothing is asserted about the figures: they
// are those of the chain's rules of today.

import assert from "node:assert/strict";
import { pad } from "viem";
import { NATIVE, inTurn, newAddress, startChain, testContracts, unique } from "./support/chain.mjs";
import { deployFactory, events, flushCall, flushManyCall, newOrder } from "./support/factory.mjs";

const AMOUNT = 25_000_000n;
const BATCHES = [1, 5, 20, 100];
// Lets a batch of 100 fit into one transaction of 16,777,216, the most since Osaka.
const BATCH_GRANT = 150_000n;

// Order ids are of 16 bytes, and zero bytes of a transaction are cheaper.
const salt = () => pad(unique().slice(0, 34), { size: 32 });

// A recipient that has been paid in this token before, as after its first order.
async function knownOrder(chain, token) {
  const order = newOrder({ token, salt: salt() });
  await chain.deposit(token, order.recipient, 1n);
  await chain.deposit(token, order.forwarder, AMOUNT);
  return order;
}

async function gasOf(chain, call, flushed) {
  const receipt = await chain.succeed(call);
  assert.deepEqual(events(receipt).map(({ name }) => name), Array(flushed).fill("Flushed"));
  return receipt.gasUsed;
}

async function firstAndLater(chain, token) {
  const order = await knownOrder(chain, token);
  const first = await gasOf(chain, flushCall(order), 1);
  await chain.deposit(token, order.forwarder, AMOUNT);
  return [first, await gasOf(chain, flushCall(order), 1)];
}

async function perOrder(chain, token, size) {
  const orders = await inTurn(size, () => knownOrder(chain, token));
  return (await gasOf(chain, flushManyCall(orders, BATCH_GRANT), size)) / BigInt(size);
}

// What a first flush has to be granted at least, to a recipient that never had any of the token.
async function leastGrant(chain, token) {
  const order = newOrder({ token, salt: salt(), recipient: newAddress() });
  await chain.deposit(token, order.forwarder, AMOUNT);
  const suffices = (grant) =>
    chain.undone(async () => events(await chain.succeed(flushManyCall([order], grant)))[0].name === "Flushed");
  let [fails, works] = [0n, 1_000_000n];
  while (works - fails > 1n) {
    const grant = (fails + works) / 2n;
    if (await suffices(grant)) works = grant;
    else fails = grant;
  }
  return works;
}

async function row(chain, name, token) {
  const figures = await firstAndLater(chain, token);
  for (const size of BATCHES) figures.push(await perOrder(chain, token, size));
  figures.push(await leastGrant(chain, token));
  return `| ${name} | ${figures.map((gas) => gas.toLocaleString("en")).join(" | ")} |`;
}

async function main(chain) {
  await deployFactory(chain);
  const contracts = testContracts("TestToken", "OddTokens");
  const standard = (await chain.deploy(contracts.TestToken, [6])).address;
  const usdt = (await chain.deploy(contracts.UsdtLikeToken)).address;
  const batches = BATCHES.map((size) => `batch of ${size}`).join(" | ");
  console.log(`| | first | later | ${batches} | least grant |\n|---|${"--:|".repeat(BATCHES.length + 3)}`);
  console.log(await row(chain, "ERC-20", standard));
  console.log(await row(chain, "ERC-20 like USDT", usdt));
  console.log(await row(chain, "Native token", NATIVE));
}

const chain = await startChain();
try {
  await main(chain);
} finally {
  await chain.stop();
}
