// The play: who does what, one after the other.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { erc20Abi, formatUnits, parseEther, parseUnits } from "viem";
import { generatePrivateKey, privateKeyToAddress } from "viem/accounts";
import { newAddress, startChain, testContracts } from "../test/support/chain.mjs";
import { deployFactory, factory } from "../test/support/factory.mjs";
import { saltOf } from "../salt.mjs";
import { Api } from "./api.mjs";
import { Advice, newNarrator } from "./narrator.mjs";

const DECIMALS = 6;
const PRICE = parseUnits("25", DECIMALS);
const BLOCK_SECONDS = 1;
const POLL_MS = 200;
// Either status is there within seconds; on a machine that is busy, later.
const STATUS_TIMEOUT_MS = 90_000;

const show = (amount) => `${formatUnits(amount, DECIMALS)} TEST`;
const seconds = (milliseconds) => `${(milliseconds / 1000).toFixed(1)} s`;

// Plays it all. Gives the exit code.
export async function play() {
  const narrator = newNarrator();
  endOnSignals(narrator);
  const ends = [];
  try {
    narrator.say("A crypto payment, from the session to the recipient's balance. Ctrl-C ends everything.\n");
    await tell(narrator, ends);
    return 0;
  } catch (error) {
    narrator.say(`\n${error instanceof Advice ? error.message : error.stack}`);
    return 1;
  } finally {
    for (const end of ends.reverse()) await end();
  }
}

// The children end with this process: each has asked for it when it was started.
function endOnSignals(narrator) {
  for (const [signal, number] of [["SIGINT", 2], ["SIGTERM", 15], ["SIGHUP", 1]]) {
    process.once(signal, () => {
      narrator.say("\nStopped.");
      process.exit(128 + number);
    });
  }
}

async function tell(narrator, ends) {
  const chain = await startChain().catch((error) => {
    throw new Advice(`The development chain did not start: ${error.message}`);
  });
  ends.push(() => chain.stop());
  narrator.step("Chain", `anvil on ${chain.anvil.url}, a new block every ${BLOCK_SECONDS} s`);
  const token = await furnish(chain, narrator);
  const gasKey = await newGasKey(chain, narrator, ends);
  await chain.client.setIntervalMining({ interval: BLOCK_SECONDS });

  const api = await startApi(chain, gasKey, narrator, ends);
  const recipient = newAddress();
  const { session, order } = await sell(api, token, recipient, narrator);
  await checkAddress(chain, order, narrator);
  const paidAt = Date.now();
  const hash = await chain.client.writeContract({
    ...token, account: chain.payer, functionName: "transfer", args: [order.globalAddress, PRICE],
  });
  narrator.step("Customer", `sends ${show(PRICE)} to that address, in transaction ${hash}`);
  const times = await follow(api, session, paidAt, narrator);
  await conclude({ chain, api, token, recipient, order, times, narrator });
}

// Puts on the chain what a real one has already: the factory, and a token.
async function furnish(chain, narrator) {
  await deployFactory(chain);
  narrator.step("Factory", `${factory.address}, made by the deterministic deployer`);
  const { abi, evm } = testContracts("TestToken").TestToken;
  const token = await chain.deploy({ abi: [...erc20Abi, ...abi], evm }, [DECIMALS]);
  await chain.write(token, "mint", [chain.payer, 4n * PRICE]);
  narrator.step("Token", `${token.address}, of which the customer has ${show(4n * PRICE)}`);
  return token;
}

// A key that has nothing but some native token, which is all that settling needs. In a file that others cannot read.
async function newGasKey(chain, narrator, ends) {
  const folder = mkdtempSync(join(tmpdir(), "checkout-demo-"));
  const remove = () => rmSync(folder, { recursive: true, force: true });
  process.once("exit", remove);
  ends.push(remove);
  const key = generatePrivateKey();
  const file = join(folder, "gas-key");
  writeFileSync(file, key, { mode: 0o600 });
  const account = privateKeyToAddress(key);
  await chain.succeed({ from: chain.stranger, to: account, value: parseEther("1") });
  narrator.step("Gas key", `${account} has 1 ETH and pays for gas, nothing else`);
  return file;
}

async function startApi(chain, gasKey, narrator, ends) {
  narrator.step("API", "cargo builds and starts it; the first time, that takes minutes");
  const api = new Api(["--chain", `31337=${chain.anvil.url}`, "--gas-key", gasKey]);
  ends.push(() => api.stop());
  await api.ready((activity) => narrator.progress("API", activity));
  narrator.step("API", `${api.url}, watches the chain`);
  return api;
}

async function sell(api, token, recipient, narrator) {
  const session = await api.request("POST", "/checkout-sessions", { client_reference_id: "demo-1" });
  narrator.step("Session", `${session.id} is ${session.status}`);
  const order = await api.request("POST", "/orders", {
    type: "swap",
    recipientAddress: recipient,
    srcChain: 31337,
    dstChain: 31337,
    srcTokenAddress: token.address,
    dstTokenAddress: token.address,
    srcAmount: String(PRICE),
    payload: { expectedDstAmount: String(PRICE) },
    checkoutSessionId: session.id,
  });
  narrator.step("Order", `${order.id} is to be paid at ${order.globalAddress}`);
  return { session, order };
}

// Nobody has to believe the API: the factory on the chain says the same.
async function checkAddress(chain, order, narrator) {
  const recipient = order.recipientAddress;
  const derived = await chain.read(factory, "addressOf", [saltOf(order.id), recipient]);
  if (derived.toLowerCase() !== order.globalAddress) throw new Error(`the factory derives ${derived}`);
  narrator.step("Factory", `derives the same address, which can only ever pay ${recipient}`);
}

// Polls the session as a merchant does. Gives the milliseconds from the payment to each status.
async function follow(api, { id }, paidAt, narrator) {
  const times = {};
  let last = "open";
  let changedAt = Date.now();
  while (last !== "complete") {
    const session = await api.request("GET", `/checkout-sessions/${id}`);
    const elapsed = Date.now() - paidAt;
    if (session.status !== last) {
      const after = `${seconds(elapsed)} after it was paid`;
      narrator.step("Session", `${last} -> ${session.status}, ${after} (order: ${session.order_status})`);
      [last, changedAt, times[session.status]] = [session.status, Date.now(), elapsed];
    }
    if (last === "expired") throw new Error("the session has expired");
    if (Date.now() - changedAt > STATUS_TIMEOUT_MS) throw silence(api, last);
    await sleep(POLL_MS);
  }
  return times;
}

function silence(api, status) {
  const said = api.said.slice(-10).join("\n");
  return new Advice(`The session stays ${status}: nothing came of the payment for ${seconds(STATUS_TIMEOUT_MS)}.\n\n${said}`);
}

async function conclude({ chain, api, token, recipient, order, times, narrator }) {
  const { depositTxs, executeTx, order: paid } = await api.request("GET", `/orders/${order.id}`);
  const balance = await chain.balance(token.address, recipient);
  const left = await chain.balance(token.address, order.globalAddress);
  narrator.say();
  narrator.say(`The recipient has ${show(balance)}; ${show(left)} are left at the deposit address.`);
  for (const { txHash } of depositTxs) await sayTransaction(chain, narrator, "Deposit", txHash);
  await sayTransaction(chain, narrator, "Flush", executeTx.txHash);
  narrator.say(`Paid to processing ${seconds(times.processing)}, to complete ${seconds(times.complete)}.`);
  const exact = balance === PRICE && left === 0n && paid.settlement.actualDstAmount === String(PRICE);
  if (!exact) throw new Error("this is not what was paid");
}

async function sayTransaction(chain, narrator, what, hash) {
  const { blockNumber, gasUsed, from } = await chain.receipt(hash);
  narrator.say(`${what.padEnd(7)}  ${hash}  block ${blockNumber}, ${gasUsed.toLocaleString("en")} gas, from ${from}`);
}
