/** The hosted page with its script. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { assertQuiet, axe, launch, open } from "./browser.mjs";
import { order, session } from "./scenes.mjs";
import { startServer } from "./server.mjs";

const BUYER = "0x58241893ef1f86c9fbd8109cd44ea961fdb474e1";

let server, browser;
before(async () => ([server, browser] = await Promise.all([startServer(), launch()])));
after(() => Promise.all([server?.stop(), browser?.close()]));

/** Waits until the page shows a state, without being reloaded. */
const shows = (page, state) => page.locator(`main[data-state="${state}"]`).waitFor();

async function ordered(fields, options) {
  const opened = await open(browser, options);
  const made = await session(server, fields);
  await order(server, made);
  return { ...opened, made };
}

test("the page follows the payment by itself, and says each state", async () => {
  const { page, problems, made } = await ordered();
  await page.goto(made.url);
  await shows(page, "await_payment");
  await page.evaluate(() => (window.sameDocument = true));
  for (const [action, state] of [["pay-half", "partly_paid"], ["pay", "confirming"], ["finish", "complete"]]) {
    await server.press(made.id, action);
    await shows(page, state);
    const heading = await page.locator("h1").innerText();
    await page.locator("#said", { hasText: heading }).waitFor({ state: "attached" });
  }
  assert.equal(await page.evaluate(() => window.sameDocument), true);
  assertQuiet(problems);
});

test("the buyer goes back to the shop after `complete`, and not before", async () => {
  const { page, made, context } = await ordered();
  await context.route("https://lantern.example/**", (route) => route.fulfill({ body: "Thanks" }));
  await page.goto(made.url);
  await server.press(made.id, "pay");
  await shows(page, "confirming");
  assert.equal(await page.locator("#redirect").isVisible(), false);
  await server.press(made.id, "finish");
  await page.waitForURL(`https://lantern.example/thanks?session=${made.id}`);
});

test("the buyer can stay, and the same URL is a receipt afterwards", async () => {
  const { page, problems, made } = await ordered();
  await page.goto(made.url);
  await server.press(made.id, "pay");
  await server.press(made.id, "finish");
  await shows(page, "complete");
  await page.locator("#redirect button").click();
  assert.equal(await page.locator("#redirect").isVisible(), false);
  await page.reload();
  await shows(page, "complete");
  assert.equal(await page.locator("#redirect").isVisible(), false);
  assertQuiet(problems);
});

test("address and amount are copied exactly", async () => {
  const { page, context, problems, made } = await ordered();
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await page.goto(made.url);
  const { globalAddress } = (await server.get(`/checkout-sessions/${made.id}?include=order`)).order.order;
  const copied = [];
  for (const button of await page.locator("button[data-copy]").all()) {
    await button.click();
    copied.push(await page.evaluate(() => navigator.clipboard.readText()));
  }
  assert.deepEqual(copied.sort(), ["19.99", globalAddress].sort());
  assertQuiet(problems);
});

test("the browser checks the address, and hides one that pays somebody else", async () => {
  const { page, made } = await ordered();
  await page.goto(made.url);
  await page.locator("#verified:not(.notice)").waitFor();
  assert.ok((await page.locator("#verified").innerText()).includes("0xa7539d73700b1726ebe1eef9d4d8ccdf3f4e3b44"));

  const { globalAddress } = (await server.get(`/checkout-sessions/${made.id}?include=order`)).order.order;
  await page.route(made.url, async (route) => {
    const answer = await route.fetch();
    await route.fulfill({ response: answer, body: (await answer.text()).replaceAll(globalAddress, BUYER) });
  });
  await page.reload();
  await page.locator("#verified.notice").waitFor();
  assert.ok(!(await page.locator("body").innerText()).includes(BUYER));
});

/** A wallet as extensions announce it: by EIP-6963. `answers` has a result or an error for each method. */
const announceWallet = (page, answers) =>
  page.addInitScript((answers) => {
    window.walletCalls = [];
    const provider = {
      async request({ method, params }) {
        window.walletCalls.push({ method, params });
        const answer = answers[method];
        if (answer?.code) throw Object.assign(new Error("refused"), answer);
        return answer;
      },
    };
    const info = { uuid: "9f0e5f4c-0000-4000-8000-000000000001", name: "Test Wallet", icon: "data:image/svg+xml,<svg/>", rdns: "test" };
    const announce = () =>
      window.dispatchEvent(new CustomEvent("eip6963:announceProvider", { detail: Object.freeze({ info, provider }) }));
    window.addEventListener("eip6963:requestProvider", announce);
    announce();
  }, answers);

const ACCOUNT = { eth_requestAccounts: [BUYER], eth_chainId: "0x1", wallet_switchEthereumChain: null };

test("a wallet gets the right network and transaction", async () => {
  const { page, problems, made } = await ordered();
  await announceWallet(page, { ...ACCOUNT, eth_sendTransaction: `0x${"ab".repeat(32)}` });
  await page.goto(made.url);
  await page.getByRole("button", { name: "Test Wallet" }).click();
  await page.waitForFunction(() => window.walletCalls.length === 4);
  const [, , network, { params }] = await page.evaluate(() => window.walletCalls);
  assert.deepEqual(network.params, [{ chainId: "0x2105" }]);
  const { globalAddress } = (await server.get(`/checkout-sessions/${made.id}?include=order`)).order.order;
  assert.deepEqual(params, [{
    from: BUYER, chainId: "0x2105", to: "0x833589fcd6edb6e08f4c7c32d4f71b54bda02913", value: "0x0",
    data: `0xa9059cbb${globalAddress.slice(2).padStart(64, "0")}${(19_990_000).toString(16).padStart(64, "0")}`,
  }]);
  assertQuiet(problems);
});

for (const [name, refusal] of [
  ["a buyer who rejects in the wallet can try again", { eth_sendTransaction: { code: 4001 } }],
  ["a wallet without the network leaves the address to pay", { wallet_switchEthereumChain: { code: 4902 } }],
  ["a wallet that fails leaves the address to pay", { eth_requestAccounts: { code: -32603 } }],
]) {
  test(name, async () => {
    const { page, problems, made } = await ordered();
    await announceWallet(page, { ...ACCOUNT, ...refusal });
    await page.goto(made.url);
    const button = page.getByRole("button", { name: "Test Wallet" });
    await button.click();
    await page.locator("#said", { hasText: /\S/ }).waitFor({ state: "attached" });
    await page.waitForFunction(() => !document.querySelector("#wallets button").disabled);
    assert.ok(await page.locator(".pay").isVisible());
    assert.equal((await server.get(`/checkout-sessions/${made.id}`)).status, "open");
    assertQuiet(problems);
  });
}

test("a page that was offline catches up", async () => {
  const { page, context, made } = await ordered();
  await page.goto(made.url);
  await shows(page, "await_payment");
  await context.setOffline(true);
  await page.locator("#said", { hasText: /\S/ }).waitFor({ state: "attached" });
  await server.press(made.id, "pay");
  await context.setOffline(false);
  await shows(page, "confirming");
});

test("a page that could not be read when its session ended is read again", async () => {
  const { page, made } = await ordered();
  await page.goto(made.url);
  await server.press(made.id, "pay");
  await shows(page, "confirming");
  let refused = 0;
  await page.route(made.url, (route) => (refused++ ? route.continue() : route.abort()));
  await server.press(made.id, "finish");
  await shows(page, "complete");
  assert.equal(refused, 2);
});

test("a developer plays the buyer in a second tab", async () => {
  const { page, context, problems, made } = await ordered();
  await page.goto(made.url);
  const panel = await context.newPage();
  await panel.goto(`${server.url}/test-helpers/sessions/${made.id}`);
  assert.deepEqual(await axe(panel), []);
  await panel.getByRole("button", { name: "Pay", exact: true }).click();
  await panel.getByRole("button", { name: "Deliver to the recipient" }).click();
  await panel.getByText("complete", { exact: true }).waitFor();
  await page.bringToFront();
  await shows(page, "complete");
  assertQuiet(problems);
});

test("with a slow API the page stays usable, and follows in the end", async () => {
  const { page, problems, made } = await ordered();
  await page.route("**/checkout-sessions/**", async (route) => {
    await new Promise((done) => setTimeout(done, 1_500));
    await route.continue().catch(() => {});
  });
  await page.goto(made.url);
  await server.press(made.id, "pay");
  await shows(page, "confirming");
  assertQuiet(problems);
});

test("a session that expires in view says so and shows no address", async () => {
  const { page, problems, made } = await ordered();
  await page.goto(made.url);
  await server.press(made.id, "wait-deadline");
  await shows(page, "expired");
  assert.equal(await page.locator(".pay").count(), 0);
  assertQuiet(problems);
});

test("everything works by keyboard alone", async () => {
  const { page, problems } = await open(browser);
  const made = await session(server);
  await page.goto(made.url);
  const focused = () => page.evaluate(() => document.activeElement?.tagName ?? "");
  for (let steps = 0; (await focused()) !== "INPUT"; steps += 1) {
    assert.ok(steps < 20, "the options cannot be reached");
    await page.keyboard.press("Tab");
  }
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await shows(page, "await_payment");
  const { order } = await server.get(`/checkout-sessions/${made.id}?include=order`);
  assert.equal(order.order.srcChain, 1);
  assertQuiet(problems);
});
