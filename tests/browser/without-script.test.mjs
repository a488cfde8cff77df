/** The hosted page without JavaScript: a whole sale by links, forms and reloading. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { assertQuiet, launch, open } from "./browser.mjs";
import { startServer } from "./checkout.mjs";
import { orderOf, session } from "./scenes.mjs";

let server, browser;
// One after the other: what has started is known to `after` if the next one fails.
before(async () => {
  server = await startServer();
  browser = await launch();
});
after(() => Promise.all([server?.stop(), browser?.close()]));

const plain = () => open(browser, { javaScriptEnabled: false });
const stateOf = (page) => page.locator("main").getAttribute("data-state");

async function choose(page, number = 0) {
  await page.getByRole("radio").nth(number).check();
  await page.locator("form button").first().click();
}

test("a buyer chooses, pays and gets a receipt", async () => {
  const { page, problems } = await plain();
  const made = await session(server);
  await page.goto(made.url);
  assert.equal(await stateOf(page), "choose");
  assert.equal((await server.client.getCheckoutSession(made.id)).order_id, null, "looking makes no order");
  await choose(page);
  assert.equal(await stateOf(page), "await_payment");
  const order = await orderOf(server, made);
  const text = await page.locator("main").innerText();
  assert.ok(text.includes(order.globalAddress), text);
  assert.ok(text.includes("19.99"), text);

  await server.press(made.id, "pay-half");
  await page.reload();
  assert.equal(await stateOf(page), "partly_paid");
  // Half of the least that pays, which the tolerance lowers.
  assert.ok((await page.locator("main").innerText()).includes("10.044975"));
  await server.press(made.id, "pay");
  await page.reload();
  assert.equal(await stateOf(page), "confirming");
  await server.press(made.id, "finish");
  await page.reload();
  assert.equal(await stateOf(page), "complete");
  const back = page.getByRole("link", { name: "Lantern & Sons" });
  assert.equal(await back.getAttribute("href"), `https://lantern.example/thanks?session=${made.id}`);
  assertQuiet(problems);
});

test("the page asks for itself again while something can change, and not afterwards", async () => {
  const { page } = await plain();
  const made = await session(server);
  await page.goto(made.url);
  await choose(page);
  assert.equal(await page.locator("meta[http-equiv=refresh]").count(), 1);
  await server.press(made.id, "expire");
  await page.reload();
  assert.equal(await stateOf(page), "ended");
  assert.equal(await page.locator("meta[http-equiv=refresh]").count(), 0);
});

test("two tabs that choose differently show one order", async () => {
  const [first, second] = await Promise.all([plain(), plain()]);
  const made = await session(server);
  await Promise.all([first.page.goto(made.url), second.page.goto(made.url)]);
  await Promise.all([choose(first.page, 0), choose(second.page, 1)]);
  const order = await orderOf(server, made);
  for (const { page, problems } of [first, second]) {
    assert.equal(await stateOf(page), "await_payment");
    assert.ok((await page.locator("main").innerText()).includes(order.globalAddress));
    assertQuiet(problems);
  }
});
