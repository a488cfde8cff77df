/** WalletConnect on the hosted page: the module as it is built, a relay on loopback, and the vendor's client as the wallet. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { assertQuiet, axe, launch, open } from "./browser.mjs";
import { startServer } from "./checkout.mjs";
import { startRelay } from "./relay.mjs";
import { scanned } from "./scanner.mjs";
import { order, orderOf, session } from "./scenes.mjs";
import { ACCOUNT, onChain, startWallet } from "./wallet-app.mjs";

const MODULE = new URL("../../web/walletconnect/dist/walletconnect.js", import.meta.url);
const PROJECT = "0123456789abcdef0123456789abcdef";
const HASH = `0x${"ab".repeat(32)}`;
const DECLINED = { code: 5000, message: "User rejected." };
const BASE = onChain(8453);

let folder, relay, host, script, server, browser, wallet;
before(async () => {
  [folder, relay, host, browser] = await Promise.all([mkdtemp(join(tmpdir(), "walletconnect-")), startRelay(), startHost(), launch()]);
  script = `http://127.0.0.1:${host.address().port}/walletconnect.js`;
  const setup = join(folder, "walletconnect.json");
  await writeFile(setup, JSON.stringify({ project_id: PROJECT, script, relay: relay.url }));
  [server, wallet] = await Promise.all([startServer({ args: ["--wallet-connect", setup] }), startWallet(relay.url)]);
});
after(async () => {
  await Promise.all([wallet?.stop(), browser?.close(), server?.stop()]);
  await Promise.all([relay?.stop(), host && new Promise((done) => host.close(done)), folder && rm(folder, { recursive: true })]);
});

/** What the module's host was sent: the headers of each request. */
const hostSeen = [];

/** The site on which the operator hosts the module. */
async function startHost() {
  const text = await readFile(MODULE);
  const headers = { "content-type": "text/javascript", "access-control-allow-origin": "*" };
  const server = createServer((request, response) => {
    hostSeen.push(request.headers);
    response.writeHead(200, headers).end(text);
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  return server;
}

/** The page of a session that waits for its payment, on which the buyer has chosen WalletConnect. */
async function chosen(number = 0, options = {}) {
  const opened = await open(browser, options);
  const { page } = opened;
  const origins = new Set();
  page.on("request", (request) => origins.add(new URL(request.url()).origin));
  page.on("websocket", (socket) => origins.add(new URL(socket.url()).origin));
  const made = await session(server);
  await order(server, made, number);
  await page.goto(made.url);
  const button = page.getByRole("button", { name: "Pay with WalletConnect" });
  await button.click();
  return { ...opened, made, button, origins, box: page.locator("#wallet-connect") };
}

const says = (page, text) => page.locator("#said", { hasText: text }).waitFor();

/** Connects the wallet, and returns the next thing that it is asked for. */
async function connected({ box }) {
  const { id } = await wallet.scan(await scanned(box));
  const asked = wallet.next("session_request");
  await wallet.client.approve({ id, namespaces: BASE });
  return asked;
}

test("a wallet on another device gets the right transaction, and the page goes on", async () => {
  const shown = await chosen();
  const { page, problems, made, box, origins } = shown;
  assert.match(await box.getByRole("link", { name: "Open in a wallet app" }).getAttribute("href"), /^wc:[0-9a-f]{64}@2\?/);
  const { id, params } = await wallet.scan(await scanned(box));
  assert.deepEqual(params.proposer.metadata, {
    name: await page.title(), description: await page.title(), url: server.url, icons: [],
  });
  const asked = wallet.next("session_request");
  await wallet.client.approve({ id, namespaces: BASE });
  const request = await asked;
  const { globalAddress } = await orderOf(server, made);
  assert.equal(request.params.chainId, "eip155:8453");
  const { method, params: [transaction, ...others] } = request.params.request;
  assert.deepEqual([method, transaction, others], ["eth_sendTransaction", {
    from: ACCOUNT, chainId: "0x2105", to: "0x833589fcd6edb6e08f4c7c32d4f71b54bda02913", value: "0x0",
    data: `0xa9059cbb${globalAddress.slice(2).padStart(64, "0")}${(19_990_000).toString(16).padStart(64, "0")}`,
  }, []]);
  await says(page, "Confirm the payment in your wallet.");
  assert.equal(await box.count(), 0);
  const ended = wallet.next("session_delete");
  await wallet.answer(request, { result: HASH });
  await says(page, "Sent. Waiting for the network.");
  await ended;
  await server.press(made.id, "pay");
  await page.locator('main[data-state="confirming"]').waitFor();
  assert.deepEqual([...origins].sort(), [new URL(script).origin, server.url, relay.url].sort());
  assert.equal(await page.evaluate(async () => localStorage.length + sessionStorage.length + (await indexedDB.databases()).length), 0);
  assertQuiet(problems);
});

test("the native token is sent to the address itself", async () => {
  const shown = await chosen(2);
  const request = await connected(shown);
  const { globalAddress } = await orderOf(server, shown.made);
  assert.deepEqual(request.params.request.params, [{ from: ACCOUNT, chainId: "0x2105", to: globalAddress, value: "0x1717b72f0a4001" }]);
  await wallet.answer(request, { result: HASH });
  await says(shown.page, "Sent. Waiting for the network.");
  assertQuiet(shown.problems);
});

test("the module's host and the relay learn the origin, and nothing of the checkout", async () => {
  const from = relay.told.length;
  const shown = await chosen();
  const request = await connected(shown);
  // Without those of the wallet, which has no origin. The page of an earlier test may still say goodbye.
  const told = relay.told.slice(from).filter(({ origin }) => origin === server.url);
  const { params } = told.find(({ method }) => method === "connect");
  assert.equal(new URL(params.url, relay.url).searchParams.get("projectId"), PROJECT);
  assert.ok(!JSON.stringify([hostSeen, relay.told]).includes(shown.made.id));
  assert.deepEqual(hostSeen.map(({ referer }) => referer).filter(Boolean), []);
  const sent = told.filter(({ params }) => params.tag === 1108 || params.sessionProposal);
  assert.equal(sent.length, 2);
  for (const { params } of sent) {
    const known = ["topic", "message", "ttl", "prompt", "tag", "attestation", "pairingTopic", "sessionProposal", "correlationId"];
    assert.deepEqual(Object.keys(params).filter((key) => !known.includes(key)), []);
    assert.equal(params.attestation, "");
  }
  await wallet.answer(request, { result: HASH });
  await says(shown.page, "Sent. Waiting for the network.");
  assertQuiet(shown.problems);
});

test("a buyer who declines the connection can try again", async () => {
  const { page, problems, box, button } = await chosen();
  const { id } = await wallet.scan(await scanned(box));
  await wallet.client.reject({ id, reason: DECLINED });
  await says(page, "You declined in the wallet. Nothing was sent.");
  assert.equal(await box.count(), 0);
  await button.click();
  await box.getByRole("img").waitFor();
  assertQuiet(problems);
});

for (const code of [4001, 5000]) {
  test(`a buyer who declines the payment with ${code} pays on the second try without another code`, async () => {
    const shown = await chosen();
    const { page, problems, box, button } = shown;
    await wallet.answer(await connected(shown), { error: { code, message: "no" } });
    await says(page, "You declined in the wallet. Nothing was sent.");
    const asked = wallet.next("session_request");
    await button.click();
    const request = await asked;
    assert.equal(await box.count(), 0);
    await wallet.answer(request, { result: HASH });
    await says(page, "Sent. Waiting for the network.");
    assertQuiet(problems);
  });
}

test("a wallet that ends the session instead of answering leaves the address to pay", async () => {
  const shown = await chosen();
  const { topic } = await connected(shown);
  await wallet.client.disconnect({ topic, reason: { code: 6000, message: "" } });
  await says(shown.page, "The wallet could not send the payment.");
  await shown.button.click();
  await shown.box.getByRole("img").waitFor();
  assertQuiet(shown.problems);
});

test("a wallet that approves another network is told of, and is disconnected", async () => {
  const { page, problems, box } = await chosen();
  const { id } = await wallet.scan(await scanned(box));
  const ended = wallet.next("session_delete");
  await wallet.client.approve({ id, namespaces: onChain(1) });
  await says(page, "Your wallet does not know Base.");
  await ended;
  assertQuiet(problems);
});

test("a buyer closes the code, and a wallet that has read it is disconnected", async () => {
  const { page, problems, box, button } = await chosen();
  const { id } = await wallet.scan(await scanned(box));
  await page.keyboard.press("Enter");
  await box.waitFor({ state: "detached" });
  assert.ok(await button.evaluate((element) => element === document.activeElement && !element.disabled));
  assert.equal(await page.locator("#said").innerText(), "");
  const ended = wallet.next("session_delete");
  await wallet.client.approve({ id, namespaces: BASE });
  await ended;
  assertQuiet(problems);
});

test("content that is replaced takes its code along, and no old amount is paid", async () => {
  const { page, problems, made, box, button } = await chosen();
  const { id } = await wallet.scan(await scanned(box));
  await server.press(made.id, "pay-half");
  await page.locator('main[data-state="partly_paid"]').waitFor();
  assert.equal(await box.count(), 0);
  const ended = wallet.next("session_delete");
  await wallet.client.approve({ id, namespaces: BASE });
  await ended;
  assert.ok(await button.isEnabled());
  assertQuiet(problems);
});

test("a wallet that announces itself late leaves the code where it is", async () => {
  const { page, problems, box, button } = await chosen();
  await box.getByRole("img").waitFor();
  await page.evaluate(() => {
    const detail = { info: { uuid: "1", name: "Late Wallet", icon: "" }, provider: { request: async () => [] } };
    window.dispatchEvent(new CustomEvent("eip6963:announceProvider", { detail }));
  });
  await page.getByRole("button", { name: "Pay with Late Wallet" }).waitFor();
  assert.equal(await box.count(), 1);
  assert.ok(await button.isDisabled());
  assertQuiet(problems);
});

test("a code that nobody reads expires, and the buyer gets another", async () => {
  const { page, context, problems } = await open(browser);
  await context.clock.install();
  const made = await session(server);
  await order(server, made);
  await page.goto(made.url);
  const button = page.getByRole("button", { name: "Pay with WalletConnect" });
  await button.click();
  const code = page.locator("#wallet-connect").getByRole("img");
  await code.waitFor();
  await context.clock.fastForward("05:05");
  await says(page, "The code has expired. Start again.");
  await button.click();
  await code.waitFor();
  assertQuiet(problems);
});

test("a module that does not load leaves the address to pay", async () => {
  const { page, problems } = await open(browser);
  const made = await session(server);
  await order(server, made);
  await page.route(script, (route) => route.abort());
  await page.goto(made.url);
  await page.getByRole("button", { name: "Pay with WalletConnect" }).click();
  await says(page, "WalletConnect cannot be reached. Try again, or pay by the address.");
  assert.equal(await page.locator("#wallet-connect").count(), 0);
  assert.equal(await page.locator(".pay").count(), 1);
  assertQuiet(problems.filter((it) => !it.includes("Failed to load resource")));
});

test("a relay that is silent leaves the address to pay", async () => {
  const { page, problems } = await open(browser);
  const made = await session(server);
  await order(server, made);
  await page.routeWebSocket(`${relay.url}/**`, () => {});
  await page.goto(made.url);
  await page.getByRole("button", { name: "Pay with WalletConnect" }).click();
  await says(page, "WalletConnect cannot be reached. Try again, or pay by the address.");
  assertQuiet(problems);
});

for (const colorScheme of ["light", "dark"]) {
  test(`the open code is accessible, ${colorScheme}`, async () => {
    const { page, problems, box } = await chosen(0, { colorScheme });
    await box.getByRole("img").waitFor();
    assert.deepEqual(await axe(page), []);
    const background = await box.locator("rect").evaluate((element) => getComputedStyle(element).fill);
    assert.equal(background, "rgb(255, 255, 255)");
    assertQuiet(problems);
  });
}

test("the buyer's click loads the module, and nothing does before", async () => {
  const { page, problems } = await open(browser);
  const requested = [];
  page.on("request", (request) => requested.push(request.url()));
  const made = await session(server);
  await order(server, made);
  const answer = await page.goto(made.url);
  await page.getByRole("button", { name: "Pay with WalletConnect" }).waitFor();
  assert.ok(!requested.includes(script));
  const policy = answer.headers()["content-security-policy"];
  assert.ok(policy.includes(` ${script}; `) && policy.includes(`connect-src 'self' ${relay.url};`), policy);
  assert.ok(policy.endsWith("require-trusted-types-for 'script'; trusted-types 'none'"), policy);
  assertQuiet(problems);
});

test("without the setting there is no button", async () => {
  const plain = await startServer();
  try {
    const { page, problems } = await open(browser);
    const made = await session(plain);
    await order(plain, made);
    const answer = await page.goto(made.url);
    await page.locator("#verified:not(.notice)").waitFor();
    assert.equal(await page.locator("#wallets button").count(), 0);
    assert.ok(!/https?:\/\/127|ws:/.test(answer.headers()["content-security-policy"]));
    assertQuiet(problems);
  } finally {
    await plain.stop();
  }
});
