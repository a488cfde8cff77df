/** The example shop: a buyer buys in each of its ways, and the shop ships once a verified webhook tells of it. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { assertQuiet, axe, launch, open } from "./browser.mjs";
import { ask, startServer } from "./checkout.mjs";
import { startExampleShop } from "./example-shop.mjs";

let server, browser, shop;
before(async () => {
  server = await startServer();
  browser = await launch();
  shop = await startExampleShop(server);
});
after(() => Promise.all([shop?.stop(), server?.stop(), browser?.close()]));

/** Asks again until the answer fits. The test's own time limit ends it otherwise. */
async function until(ask, fits) {
  for (;;) {
    const answer = await ask();
    if (fits(answer)) return answer;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Pays a session from the choice to `complete`, checks that the shop ships after that, and follows the buyer back. */
async function payAndShip(page, id) {
  await page.getByRole("button", { name: "Continue" }).click();
  await page.locator('[data-state="await_payment"]').waitFor();
  const { client_reference_id: orderId } = await server.client.getCheckoutSession(id);
  assert.deepEqual(await axe(page), []);
  await server.press(id, "pay");
  await page.locator('[data-state="confirming"]').waitFor();
  assert.equal((await shop.order(orderId)).status, "unpaid");
  await server.press(id, "finish");
  await until(() => shop.order(orderId), ({ status }) => status === "shipped");
  await page.waitForURL(`${shop.url}/thanks?order=${orderId}*`);
  await page.getByText("shipped").waitFor();
  return orderId;
}

test("on the hosted page", async () => {
  const { page, problems } = await open(browser);
  await page.goto(shop.url);
  assert.deepEqual(await axe(page), []);
  await page.getByRole("button", { name: "Buy on the hosted page" }).click();
  await page.waitForURL(`${server.url}/checkout/*`);
  await payAndShip(page, page.url().split("/").at(-1));
  assertQuiet(problems);
});

test("in the shop's own page, by the element", async () => {
  const { page, problems } = await open(browser);
  await page.goto(shop.url);
  await page.getByRole("button", { name: "Buy in this shop" }).click();
  await payAndShip(page, await page.locator("checkout-session").getAttribute("session-id"));
  assertQuiet(problems);
});

test("with the React component, whose session the shop's server creates on the press", async () => {
  const { page, problems } = await open(browser);
  await page.goto(`${shop.url}/react`);
  const pay = page.getByRole("button", { name: "Pay" });
  await pay.waitFor();
  assert.deepEqual(await axe(page), []);
  await pay.dblclick();
  const id = await page.locator("checkout-session[session-id]").getAttribute("session-id");
  await payAndShip(page, id);
  const { url } = shop;
  const ours = (await ask(server, "GET", "/checkout-sessions?limit=100")).sessions.filter((it) => it.success_url?.startsWith(url));
  assert.equal(ours.length, 3, "a double click creates one session");
  assertQuiet(problems);
});

test("a message that comes twice ships once", async () => {
  const path = `/webhook-endpoints/${shop.endpoint.id}/deliveries`;
  const completed = async () => (await ask(server, "GET", `${path}?limit=100`)).deliveries.find((it) => it.event_type === "checkout.session.completed");
  const { id, event_id } = await completed();
  await ask(server, "POST", `${path}/${id}/redeliver`);
  const { attempts } = await until(completed, (it) => it.attempts.length === 2);
  assert.deepEqual(attempts.map(({ status_code }) => status_code), [204, 204]);
  const { events } = await ask(server, "GET", "/events?limit=100");
  const { object } = events.find((event) => event.id === event_id).data;
  const order = await shop.order(object.client_reference_id);
  assert.deepEqual([order.status, order.shipments], ["shipped", 1]);
});

test("a message that nobody has signed ships nothing", async () => {
  const body = JSON.stringify({ type: "checkout.session.completed", checkout_session_id: "x" });
  const headers = { "webhook-id": "evt_1", "webhook-timestamp": String(Math.floor(Date.now() / 1000)), "webhook-signature": "v1,AAAA" };
  assert.equal((await fetch(`${shop.url}/hooks`, { method: "POST", body, headers })).status, 400);
});
