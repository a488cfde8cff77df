/** The hosted page with real money movements: two development chains, a server that watches and sweeps both, and a wallet
 * that pays on them. Blocks are made by transactions and by the tests alone. */
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { assertQuiet, launch, open } from "./browser.mjs";
import { injectWallet, startChain, startServer } from "./checkout.mjs";
import { DISPLAY, orderOf } from "./scenes.mjs";

const NATIVE = "0x0000000000000000000000000000000000000000";
const CONFIRMATIONS = 3;
const PRICE = 19_990_000n;
const NATIVE_PRICE = 6_500_000_000_000_001n;

let first, second, server, browser;

// One after the other: what has started is known to `after` if the next one fails.
before(async () => {
  first = await startChain();
  second = await startChain({ chainId: 31338 });
  for (const chain of [first, second]) await chain.deployToken();
  server = await startServer({ chains: [first, second], chainSettings: { confirmations: CONFIRMATIONS } });
  browser = await launch();
});
after(() => Promise.all([server, first, second].map((it) => it?.stop()).concat(browser?.close())));

const newAddress = () => `0x${randomBytes(20).toString("hex")}`;
const shows = (page, state) => page.locator(`main[data-state="${state}"]`).waitFor();
const said = (page, text) => page.locator("#said", { hasText: text }).waitFor({ state: "attached" });

/** Waits for something on a chain, which tells of nothing by itself. */
async function until(isTrue) {
  for (const end = Date.now() + 30_000; !(await isTrue()); await sleep(50)) assert.ok(Date.now() < end, String(isTrue));
}

/** A buyer, with money on both chains, before a page that asks for a payment by the option of this number. */
async function sale({ option = 0, wallet: options } = {}) {
  const recipient = newAddress();
  const choices = [
    { chain: first, token: first.tokens[0].address, price: PRICE },
    { chain: first, token: NATIVE, price: NATIVE_PRICE },
    { chain: second, token: second.tokens[0].address, price: PRICE },
  ];
  const terms = choices.map(({ chain, token, price }) => ({ chain: chain.chainId, token_address: token, amount: String(price) }));
  const session = await server.client.createCheckoutSession({
    payment: { recipient_address: recipient, options: terms }, display: DISPLAY,
  });
  const opened = await open(browser);
  const account = newAddress();
  for (const { chain, token, price } of choices) await chain.fund(account, 2n * price, token);
  for (const chain of [first, second]) await chain.fund(account, 10n ** 18n);
  const wallet = await injectWallet(opened.context, { chains: [first, second], account, ...options });
  const { page } = opened;
  await page.goto(session.url);
  await page.locator(`input[value="${terms[option].chain}:${terms[option].token_address}"]`).check();
  await page.getByRole("button", { name: "Continue" }).click();
  await shows(page, "await_payment");
  await page.evaluate(() => (window.sameDocument = true));
  const { id, globalAddress } = await orderOf(server, session);
  return { ...opened, ...choices[option], session, recipient, wallet, orderId: id, address: globalAddress };
}

const payByWallet = ({ page, wallet }) => page.getByRole("button", { name: wallet.name }).click();
const payByHand = ({ chain, wallet, address, token }, amount) => chain.transfer(wallet.account, address, amount, token);

/** Lets the chain confirm the payment and its sweep, and proves that the recipient has this amount and nothing is left. */
async function completes({ page, chain, recipient, address, token, problems }, amount) {
  await chain.mine(CONFIRMATIONS);
  await until(async () => (await chain.balance(recipient, token)) > 0n);
  await chain.mine(CONFIRMATIONS);
  await shows(page, "complete");
  assert.equal(await chain.balance(recipient, token), amount);
  assert.equal(await chain.balance(address, token), 0n);
  assert.equal(await page.evaluate(() => window.sameDocument), true, "the page was reloaded");
  assertQuiet(problems);
}

for (const [option, name] of ["with a token", "with the native token", "on another chain than the wallet's"].entries()) {
  test(`a buyer pays ${name} by one click`, async () => {
    const made = await sale({ option });
    await payByWallet(made);
    await shows(made.page, "confirming");
    assert.equal((await server.client.getCheckoutSession(made.session.id)).status, "processing");
    await completes(made, made.price);
    assert.equal(made.wallet.chainId, made.chain.chainId);
  });
}

test("a buyer who declines pays the same order afterwards", async () => {
  const made = await sale({ wallet: { rejects: ["eth_sendTransaction"] } });
  await payByWallet(made);
  await said(made.page, "You declined");
  assert.equal(await made.chain.balance(made.address, made.token), 0n);
  made.wallet.rejects.clear();
  await payByWallet(made);
  await shows(made.page, "confirming");
  assert.equal((await orderOf(server, made.session)).id, made.orderId);
  await completes(made, PRICE);
});

test("a wallet that lacks the network is told of it, and then pays", async () => {
  const made = await sale({ option: 2, wallet: { unknownChains: [31338] } });
  await payByWallet(made);
  await shows(made.page, "confirming");
  const [added] = made.wallet.calls.filter(({ method }) => method === "wallet_addEthereumChain");
  assert.deepEqual(added.params, [{
    chainId: "0x7a6a", chainName: "Test chain 31338", nativeCurrency: { symbol: "ETH", name: "Ether", decimals: 18 },
    rpcUrls: [second.url],
  }]);
  await completes(made, PRICE);
});

test("a buyer pays a part by hand, and the exact rest by wallet", async () => {
  const made = await sale();
  await payByHand(made, 7_000_001n);
  await shows(made.page, "partly_paid");
  assert.match(await made.page.locator("main").innerText(), /12\.989999 TEST is still due/);
  await payByWallet(made);
  await shows(made.page, "confirming");
  assert.equal(await made.chain.balance(made.address, made.token), PRICE);
  await completes(made, PRICE);
});

test("a payment of too much is named, and all of it reaches the recipient", async () => {
  const made = await sale();
  await payByHand(made, PRICE + 5n);
  await shows(made.page, "confirming");
  await made.page.getByRole("note").filter({ hasText: "0.000005 TEST more than was due" }).waitFor();
  await completes(made, PRICE + 5n);
});

test("a part that a reorganisation removes is named, and is due again", async () => {
  const made = await sale();
  await payByHand(made, 7_000_001n);
  await shows(made.page, "partly_paid");
  await made.chain.reorganise(1);
  await made.chain.mine();
  await shows(made.page, "await_payment");
  await made.page.getByRole("note").filter({ hasText: "undone this transaction of 7.000001 TEST" }).waitFor();
  await payByWallet(made);
  await shows(made.page, "confirming");
  await completes(made, PRICE);
});

test("a payment that a reorganisation removes is named, and can be made again", async () => {
  const made = await sale();
  await payByWallet(made);
  await shows(made.page, "confirming");
  await made.chain.reorganise(1);
  await made.chain.mine();
  await made.page.getByRole("note").filter({ hasText: "undone this transaction of 19.99 TEST" }).waitFor();
  assert.equal(await made.chain.balance(made.address, made.token), 0n);
  await shows(made.page, "await_payment");
  await payByWallet(made);
  await shows(made.page, "confirming");
  await completes(made, PRICE);
});

test("two tabs follow one payment", async () => {
  const made = await sale();
  const other = await made.context.newPage();
  await other.goto(made.session.url);
  await shows(other, "await_payment");
  await payByWallet({ ...made, page: other });
  for (const tab of [made.page, other]) {
    await tab.bringToFront();
    await shows(tab, "confirming");
    assert.equal(await tab.getByRole("button", { name: made.wallet.name }).count(), 0);
  }
  await completes(made, PRICE);
  await other.bringToFront();
  await shows(other, "complete");
});

// The last one: it moves the clocks.
test("a payment after the deadline is named, with its transaction", async () => {
  const made = await sale();
  await server.press(made.session.id, "wait-deadline");
  await shows(made.page, "expired");
  await made.chain.advanceClock(7200);
  const hash = await payByHand(made, PRICE);
  await until(async () => (await server.client.getOrder(made.orderId)).depositTxs.length > 0);
  await made.page.reload();
  await shows(made.page, "expired");
  const note = made.page.getByRole("note").filter({ hasText: "19.99 TEST on Test chain 31337 came after the deadline" });
  assert.ok((await note.innerText()).includes(hash));
  assert.equal(await made.page.locator(".pay").count(), 0);
  assertQuiet(made.problems);
});
