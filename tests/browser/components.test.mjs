/** The React components with the real element, on a page of another origin, in both Reacts that they support. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { assertQuiet, axe, launch, open } from "./browser.mjs";
import { startServer } from "./checkout.mjs";
import { startReactPage } from "./react-page.mjs";
import { orderOf } from "./scenes.mjs";
import { accept, wallet as injectWallet } from "./wallet.mjs";

const USDC = "0x833589fcd6edb6e08f4c7c32d4f71b54bda02913";
const PAYMENT = {
  recipientAddress: "0xa7539d73700b1726ebe1eef9d4d8ccdf3f4e3b44",
  destinationTokenAddress: USDC,
  destinationTokenChainId: 8453,
};
const CART = { ...PAYMENT, items: [{ name: "Desk lamp", quantity: 1, amount: "19990000" }] };

let server, browser;
before(async () => {
  server = await startServer();
  browser = await launch();
});
after(() => Promise.all([server?.stop(), browser?.close()]));

const shows = (place, state) => place.locator(`[data-state="${state}"]`).waitFor();
const told = (page) => page.evaluate(() => window.told);

for (const react18 of [false, true])
  describe(react18 ? "in React 18" : "in React 19", () => {
    let site;
    before(async () => (site = await startReactPage({ react18 })));
    after(() => site?.stop());

    async function visit(...sales) {
      const opened = await open(browser);
      await opened.page.goto(site.url);
      await draw(opened.page, ...sales);
      return opened;
    }
    const draw = (page, ...sales) => site.draw(page, ...sales.map(([name, props]) => [name, { baseUrl: server.url, ...props }]));

    /** Presses the button and returns the id of the session that is shown then. */
    async function commit(page, place = page) {
      await place.getByRole("button", { name: "Pay" }).click();
      return place.locator("checkout-session[session-id]").getAttribute("session-id");
    }
    async function choose(page) {
      await page.getByRole("button", { name: "Continue" }).click();
      await shows(page, "await_payment");
    }

    test("`onSuccess` is called once, after `complete` and never before, with the payment's transaction", async () => {
      const { page, problems } = await visit(["AnySpendCheckout", CART]);
      const id = await commit(page);
      await shows(page, "choose");
      assert.equal((await server.client.getCheckoutSession(id)).order_id, null, "looking makes no order");
      await choose(page);
      await server.press(id, "pay");
      await shows(page, "confirming");
      assert.deepEqual(await told(page), []);
      await server.press(id, "finish");
      await shows(page, "complete");
      const { paid, order_id: orderId, status } = await server.client.getCheckoutSession(id);
      assert.equal(status, "complete");
      assert.deepEqual(await told(page), [["success", { txHash: paid.tx_hash, orderId }]]);
      assertQuiet(problems);
    });

    test("a second checkout in the same tab shows its own session", async () => {
      const { page, problems } = await visit(["AnySpendCheckout", CART]);
      const first = await commit(page);
      await choose(page);
      await draw(page, ["AnySpendCheckout", { ...CART, items: [{ ...CART.items[0], name: "Floor lamp" }] }]);
      const second = await commit(page);
      await shows(page, "choose");
      assert.notEqual(second, first);
      assertQuiet(problems);
    });

    test("two checkouts beside each other do not mix", async () => {
      const { page, problems } = await visit(["AnySpend", { ...PAYMENT, destinationTokenAmount: "1" }], ["AnySpendCheckout", CART]);
      const [left, right] = await page.locator(".checkout-sale").all();
      const ids = [await commit(page, left), await commit(page, right)];
      for (const [at, amount] of ["1", "19990000"].entries()) {
        const { payment } = await server.client.getCheckoutSession(ids[at]);
        assert.equal(payment.options[0].amount, amount);
      }
      assertQuiet(problems);
    });

    test("a dialog opens on the press, can be closed, and opens again", async () => {
      const { page, problems } = await visit(["AnySpend", { ...PAYMENT, destinationTokenAmount: "19990000", mode: "modal" }]);
      const id = await commit(page);
      await shows(page, "choose");
      assert.deepEqual(await axe(page), []);
      await page.keyboard.press("Escape");
      await page.locator("dialog").waitFor({ state: "hidden" });
      assert.equal(await page.evaluate(() => document.activeElement.textContent), "Pay", "the focus comes back");
      assert.equal(await commit(page), id);
      await choose(page);
      assertQuiet(problems);
    });

    test("a session that expired without money can be started again", async () => {
      const { page, problems } = await visit(["AnySpendCheckout", CART]);
      const first = await commit(page);
      await choose(page);
      await server.press(first, "expire");
      await page.getByRole("button", { name: "Start again" }).click();
      assert.notEqual(await commit(page), first);
      await shows(page, "choose");
      assertQuiet(problems);
    });
  });

describe("the element's code", () => {
  let site;
  before(async () => (site = await startReactPage()));
  after(() => site?.stop());

  test("is loaded when the buyer commits, and a failure of that is told", async () => {
    const { page } = await open(browser);
    const scripts = [];
    page.on("request", (request) => request.resourceType() === "script" && scripts.push(request.url()));
    await page.goto(site.url);
    await site.draw(page, ["AnySpendCheckout", { ...CART, baseUrl: server.url }]);
    const pay = page.getByRole("button", { name: "Pay" });
    await pay.waitFor();
    const atFirst = scripts.length;
    await page.route(`${site.url}/*.js`, (route) => route.abort());
    await pay.click();
    await page.getByRole("alert").filter({ hasText: "cannot be loaded" }).waitFor();
    assert.equal(scripts.length, atFirst + 1);
    assert.deepEqual((await told(page)).map(([name]) => name), ["error"]);
  });
});

describe("upstream's defects", () => {
  let site;
  before(async () => (site = await startReactPage()));
  after(() => site?.stop());

  async function awaiting() {
    const opened = await open(browser);
    const { name } = await injectWallet(opened.page, accept, { rejects: ["eth_sendTransaction"] });
    await opened.page.goto(site.url);
    await site.draw(opened.page, ["AnySpendCheckout", { ...CART, baseUrl: server.url }]);
    await opened.page.getByRole("button", { name: "Pay" }).click();
    await opened.page.getByRole("button", { name: "Continue" }).click();
    await shows(opened.page, "await_payment");
    const id = await opened.page.locator("checkout-session").getAttribute("session-id");
    return { ...opened, id, walletName: name };
  }

  test("a rejection in the wallet keeps the order, and makes no second one", async () => {
    const { page, id, walletName, problems } = await awaiting();
    const before = await orderOf(server, { id });
    const wallet = page.getByRole("button", { name: walletName });
    for (let tries = 0; tries < 2; tries++) {
      await wallet.click();
      await page.locator("#said", { hasText: /\S/ }).waitFor({ state: "attached" });
      await wallet.and(page.locator(":enabled")).waitFor();
    }
    assert.deepEqual(await orderOf(server, { id }), before);
    assert.ok(await page.getByText(before.globalAddress).first().isVisible());
    assertQuiet(problems);
  });

  test("a token's link calls `transfer`, to the deposit address", async () => {
    const { page, id } = await awaiting();
    const { globalAddress } = await orderOf(server, { id });
    const link = await page.locator('a[href^="ethereum:"]').getAttribute("href");
    assert.equal(link, `ethereum:${USDC}@8453/transfer?address=${globalAddress}&uint256=19990000`);
  });

  test("screen readers are told of each state", async () => {
    const { page, id } = await awaiting();
    await server.press(id, "pay");
    await shows(page, "confirming");
    const heading = await page.locator("checkout-session h1").innerText();
    await page.locator('checkout-session [role="status"]', { hasText: heading }).waitFor({ state: "attached" });
    assert.deepEqual(await axe(page), []);
  });
});
