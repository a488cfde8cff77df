/** The element `<checkout-session>` in a merchant's own page. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { assertQuiet, axe, launch, open } from "./browser.mjs";
import { order, session, TERMS } from "./scenes.mjs";
import { startServer } from "./server.mjs";
import { startShop } from "./shop.mjs";
import { ACCOUNT, announceWallet, BUYER } from "./wallet.mjs";

const NOBODY = "0b2f6d1c-5a3e-8f47-9c1d-0199a3c0d5e8";
const EVENTS = ["change", "complete", "cancel", "error", "close"].map((name) => `checkout-${name}`);

let server, browser, shop;
before(async () => {
  [server, browser] = await Promise.all([startServer(), launch()]);
  shop = await startShop(server.url);
});
after(() => Promise.all([server?.stop(), browser?.close(), shop?.stop()]));

const element = (id, attributes = "", content = "") =>
  `<checkout-session session-id="${id}" base-url="${server.url}" ${attributes}>${content}</checkout-session>`;

const body = (content) => `<main><h1>Your basket</h1>${content}</main>`;

/** Waits until an element shows a state. */
const shows = (place, state) => place.locator(`#main[data-state="${state}"]`).waitFor();

/** Opens a page of the shop, which notes the element's events, and cancels those that are named. */
async function visit(content, { cancel = [], page: pageOptions, ...options } = {}) {
  const opened = await open(browser, options);
  await opened.page.addInitScript(([names, cancel]) => {
    window.told = [];
    for (const name of names)
      document.addEventListener(name, (event) => {
        if (cancel.includes(name)) event.preventDefault();
        window.told.push([name, event.detail?.state?.name ?? event.detail?.error?.code ?? event.detail?.url ?? event.detail?.session?.status ?? null]);
      });
  }, [EVENTS, cancel]);
  await opened.page.goto(shop.page(body(content), pageOptions));
  return opened;
}

const told = (page) => page.evaluate(() => window.told);

/** Waits until an event has told this. */
const hears = (page, detail) => page.waitForFunction((it) => window.told.some(([, told]) => told === it), detail);

async function choose(page, number = 0) {
  await page.getByRole("radio").nth(number).check();
  await page.getByRole("button", { name: "Continue" }).click();
}

async function ordered(attributes, options, fields) {
  const made = await session(server, fields);
  await order(server, made);
  return { made, ...(await visit(element(made.id, attributes), options)) };
}

const addressOf = async ({ id }) => (await server.get(`/checkout-sessions/${id}?include=order`)).order.order.globalAddress;

test("a buyer chooses, pays and stays in the shop's page", async () => {
  const made = await session(server);
  const { page, problems } = await visit(element(made.id), { cancel: ["checkout-complete"] });
  await shows(page, "choose");
  assert.equal((await server.get(`/checkout-sessions/${made.id}`)).order_id, null, "looking makes no order");
  await choose(page, 1);
  await shows(page, "await_payment");
  const { order } = await server.get(`/checkout-sessions/${made.id}?include=order`);
  assert.deepEqual([order.order.srcChain, order.order.srcAmount], [1, "19990000"]);
  assert.ok((await page.locator(".pay").innerText()).includes(order.order.globalAddress));
  await page.locator("#verified:not(.notice)").waitFor();
  await hears(page, "awaiting_payment");
  for (const [action, state] of [["pay-half", "partly_paid"], ["pay", "confirming"], ["finish", "complete"]]) {
    await server.press(made.id, action, 1);
    await shows(page, state);
    const heading = await page.locator("checkout-session h1").innerText();
    await page.locator("#said", { hasText: heading }).waitFor({ state: "attached" });
  }
  await page.waitForFunction(() => window.told.length === 6);
  assert.deepEqual(await told(page), [
    ["checkout-change", "choose"],
    ["checkout-change", "awaiting_payment"],
    ["checkout-change", "partly_paid"],
    ["checkout-change", "seen"],
    ["checkout-change", "complete"],
    ["checkout-complete", "complete"],
  ]);
  assert.equal(await page.locator("#redirect").isVisible(), false);
  assertQuiet(problems);
});

test("the buyer goes to `success_url`, unless the buyer stays", async () => {
  const [leaves, stays] = await Promise.all([ordered(), ordered()]);
  await leaves.context.route("https://lantern.example/**", (route) => route.fulfill({ body: "Thanks" }));
  for (const { made } of [leaves, stays]) {
    await server.press(made.id, "pay");
    await server.press(made.id, "finish");
  }
  await stays.page.locator("#redirect button").click();
  await stays.page.locator("#redirect").waitFor({ state: "hidden" });
  await leaves.page.waitForURL(`https://lantern.example/thanks?session=${leaves.made.id}`);
  assert.equal(new URL(stays.page.url()).origin, shop.url);
  assertQuiet(stays.problems);
});

test("the redirect can be stopped in another language too", async () => {
  const { page, made } = await ordered();
  await server.press(made.id, "pay");
  await server.press(made.id, "finish");
  await page.locator("#redirect button").waitFor();
  await page.getByRole("link", { name: "Deutsch" }).click();
  await page.getByRole("button", { name: "Auf dieser Seite bleiben" }).click();
  await page.locator("#redirect").waitFor({ state: "hidden" });
});

test("a session that was complete before is a receipt: nobody is redirected", async () => {
  const made = await session(server);
  await order(server, made);
  await server.press(made.id, "pay");
  await server.press(made.id, "finish");
  const { page } = await visit(element(made.id));
  await shows(page, "complete");
  await hears(page, "complete");
  assert.deepEqual(await told(page), [["checkout-change", "complete"]]);
  assert.equal(await page.locator("#redirect").isVisible(), false);
});

const text = (language, key) =>
  JSON.parse(readFileSync(new URL(`../../web/texts/${language}.json`, import.meta.url), "utf8"))[key];

for (const [language, direction] of [["de", "ltr"], ["ar", "rtl"]]) {
  test(`every step is shown in ${language}, and axe finds nothing`, async () => {
    const made = await session(server);
    const { page, problems } = await visit(element(made.id, `lang="${language}"`), { cancel: ["checkout-complete"] });
    const check = async (state, heading) => {
      await shows(page, state);
      const box = page.locator("checkout-session .page");
      assert.deepEqual(await box.evaluate((it) => [it.lang, getComputedStyle(it).direction]), [language, direction]);
      assert.ok((await box.locator("h1").innerText()).includes(text(language, heading).replace("{amount}", "").trim()));
      assert.deepEqual(await axe(page), []);
    };
    await check("choose", "choose.title");
    await page.getByRole("radio").first().check();
    await page.getByRole("button", { name: text(language, "choose.button") }).click();
    await check("await_payment", "await.title");
    await server.press(made.id, "pay");
    await check("confirming", "confirming.title");
    await server.press(made.id, "finish");
    await check("complete", "complete.title");
    assert.equal(await page.locator("html").getAttribute("lang"), "en", "the shop's page keeps its language");
    assertQuiet(problems);
  });
}

test("language and option are chosen within the shop's page", async () => {
  const { page, problems, made } = await ordered();
  await shows(page, "await_payment");
  const here = page.url();
  const link = page.getByRole("link", { name: "Français" });
  assert.equal(await link.getAttribute("href"), `${server.url}/checkout/${made.id}?lang=fr`);
  await link.click();
  await page.locator('checkout-session .page[lang="fr"]').waitFor();
  assert.equal(await page.evaluate(() => document.querySelector("checkout-session").shadowRoot.activeElement.lang), "fr");
  await page.locator("summary", { hasText: text("fr", "pay.other") }).click();
  await page.locator(".others a").first().click();
  await page.locator('#wallet[href*="@1/"]').waitFor();
  assert.equal(await page.locator("checkout-session .page").getAttribute("lang"), "fr");
  // A change that comes later is shown in the same language, and with the same option.
  await server.press(made.id, "pay-half", 1);
  await shows(page, "partly_paid");
  assert.equal(await page.locator("checkout-session .page").getAttribute("lang"), "fr");
  await page.locator('#wallet[href*="@1/"]').waitFor();
  assert.equal(page.url(), here);
  assertQuiet(problems);
});

test("everything works by keyboard alone, in a dialog", async () => {
  const made = await session(server);
  const { page, problems } = await visit(`<button id="buy">Buy</button>${element(made.id, "modal")}`);
  await page.evaluate(() => {
    const buy = document.getElementById("buy");
    buy.addEventListener("click", () => document.querySelector("checkout-session").open());
    buy.focus();
  });
  const focused = () => page.evaluate(() => {
    const { activeElement } = document;
    return (activeElement.shadowRoot?.activeElement ?? activeElement).tagName;
  });
  await page.keyboard.press("Enter");
  await shows(page, "choose");
  assert.deepEqual(await axe(page), []);
  for (let steps = 0; (await focused()) !== "INPUT"; steps += 1) {
    assert.ok(steps < 20, "the options cannot be reached");
    await page.keyboard.press("Tab");
  }
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await shows(page, "await_payment");
  assert.equal(await page.evaluate(() => document.querySelector("checkout-session").shadowRoot.activeElement.id), "main");
  assert.deepEqual(await axe(page), []);
  const { order } = await server.get(`/checkout-sessions/${made.id}?include=order`);
  assert.equal(order.order.srcChain, 1);
  await page.keyboard.press("Escape");
  await page.getByRole("dialog").waitFor({ state: "hidden" });
  assert.equal(await page.evaluate(() => document.activeElement.id), "buy");
  assert.deepEqual((await told(page)).at(-1), ["checkout-close", null]);
  assertQuiet(problems);
});

/** Counts the page's requests for checkouts. What it returns waits until all that were made so far are known. */
function counting(page) {
  let requests = 0;
  page.on("request", (request) => (requests += /\/checkout(-sessions)?\//.test(request.url()) ? 1 : 0));
  return async () => {
    const answered = page.waitForResponse(/payment-options/);
    await page.evaluate((url) => fetch(url), `${server.url}/payment-options`);
    await answered;
    return requests;
  };
}

test("a dialog asks for nothing before it is opened, nor after it is closed", async () => {
  const made = await session(server);
  const { page, problems } = await open(browser);
  await page.clock.install();
  const requests = counting(page);
  await page.goto(shop.page(body(element(made.id, "modal"))));
  await page.waitForFunction(() => customElements.get("checkout-session"));
  await page.clock.runFor(60_000);
  assert.equal(await requests(), 0);
  for (let times = 0; times < 2; times += 1) {
    await page.evaluate(() => document.querySelector("checkout-session").open());
    await shows(page, "choose");
    await page.getByRole("button", { name: "Close" }).click();
    await page.getByRole("dialog").waitFor({ state: "hidden" });
    const before = await requests();
    assert.ok(before > 0);
    await page.clock.runFor(60_000);
    assert.equal(await requests(), before);
  }
  assertQuiet(problems);
});

test("an element that is removed asks for nothing more, and one that is put back goes on", async () => {
  const { page, problems } = await open(browser);
  const made = await session(server);
  await page.clock.install();
  const requests = counting(page);
  const pollsWithin = async (millis) => {
    const before = await requests();
    await page.clock.runFor(millis);
    return (await requests()) - before;
  };
  await page.goto(shop.page(body(element(made.id))));
  await shows(page, "choose");
  await page.waitForResponse(/checkout-sessions/);
  assert.ok((await pollsWithin(10_000)) > 0);
  await page.evaluate(() => (window.taken = document.querySelector("checkout-session")).remove());
  assert.equal(await pollsWithin(600_000), 0);
  await page.evaluate(() => document.querySelector("main").append(window.taken));
  await shows(page, "choose");
  await page.waitForResponse(/checkout-sessions/);
  assert.ok((await pollsWithin(10_000)) > 0);
  assertQuiet(problems);
});

test("a payment to another recipient than the shop's is not shown", async () => {
  const [right, wrong, none] = await Promise.all([
    ordered(`recipient="${TERMS.recipient_address}"`), ordered(`recipient="${BUYER}"`), ordered('recipient="0x12"'),
  ]);
  await right.page.locator("#verified:not(.notice)").waitFor();
  assert.ok((await right.page.locator("#verified").innerText()).includes(TERMS.recipient_address));
  assert.ok(await right.page.locator(".pay").isVisible());
  for (const { page, made } of [wrong, none]) {
    await page.locator("#verified.notice").waitFor();
    const shown = await page.evaluate(() => document.querySelector("checkout-session").shadowRoot.textContent);
    assert.ok(!shown.includes(await addressOf(made)));
    assert.equal(await page.locator(".pay, .qr").count(), 0);
  }
  for (const { problems } of [right, wrong, none]) assertQuiet(problems);
});

test("an address that is not the order's is not shown, nor one without its order", async () => {
  const made = await session(server);
  await order(server, made);
  const address = await addressOf(made);
  for (const change of [
    (html) => html.replaceAll(address, BUYER),
    (html) => html.replace(/"deposit_address":\{[^}]*\}/, '"deposit_address":null'),
    (html) => html.replace('"payable":true', '"payable":false'),
  ]) {
    const { page, context } = await open(browser);
    await page.route(`${made.url}*`, async (route) => {
      const answer = await route.fetch();
      const html = await answer.text();
      assert.notEqual(change(html), html);
      await route.fulfill({ response: answer, body: change(html) });
    });
    await page.goto(shop.page(body(element(made.id, `recipient="${TERMS.recipient_address}"`))));
    await shows(page, "await_payment");
    assert.equal(await page.locator(".pay, .qr").count(), 0);
    await context.close();
  }
});

test("a session that does not exist shows the server's page of the error", async () => {
  const { page, problems } = await visit(element(NOBODY, 'lang="de"', "Pay elsewhere"));
  await page.getByRole("alert").getByText(text("de", "error.404")).waitFor();
  assert.deepEqual(await told(page), [["checkout-error", "session_not_found"]]);
  assert.deepEqual(await axe(page), []);
  // The browser itself reports the status as an error.
  assert.ok(problems.every((problem) => problem.includes("404")), problems.join());
});

test("a deployment that does not answer leaves the shop's own content, and is asked again", async () => {
  const { page } = await open(browser);
  const made = await session(server);
  let refused = 0;
  await page.route(`${made.url}*`, (route) => (refused++ ? route.continue() : route.abort()));
  await page.clock.install();
  const link = `<a href="${made.url}">Pay on its own page</a>`;
  await page.goto(shop.page(body(element(made.id, "", link))));
  await page.getByRole("alert").waitFor({ state: "attached" });
  assert.ok(await page.getByRole("link", { name: "Pay on its own page" }).isVisible());
  await page.clock.runFor(3_000);
  await shows(page, "choose");
  assert.equal(await page.getByRole("link", { name: "Pay on its own page" }).isVisible(), false);
});

test("two elements in a page do not mix", async () => {
  const [first, second] = [await session(server), await session(server, { display: { merchant_name: "Other shop" } })];
  const { page, problems } = await visit(element(first.id) + element(second.id), { cancel: ["checkout-complete"] });
  const [one, other] = [page.locator("checkout-session").nth(0), page.locator("checkout-session").nth(1)];
  await Promise.all([shows(one, "choose"), shows(other, "choose")]);
  await choose(other);
  await shows(other, "await_payment");
  await shows(one, "choose");
  assert.equal((await server.get(`/checkout-sessions/${first.id}`)).order_id, null);
  await server.press(second.id, "pay");
  await server.press(second.id, "finish");
  await shows(other, "complete");
  assert.equal(await one.locator("#main").getAttribute("data-state"), "choose");
  assert.ok((await other.locator("header").innerText()).includes("Other shop"));
  assert.ok((await one.locator("header").innerText()).includes("Lantern & Sons"));
  assertQuiet(problems);
});

test("a wallet pays", async () => {
  const { page, problems } = await open(browser);
  const made = await session(server);
  await announceWallet(page, { ...ACCOUNT, eth_sendTransaction: `0x${"ab".repeat(32)}` });
  // The wallet's icon, which comes as data from the wallet itself.
  await page.goto(shop.page(body(element(made.id)), { allow: ["img-src data:"] }));
  await choose(page);
  await page.getByRole("button", { name: "Test Wallet" }).click();
  await page.locator("#said", { hasText: text("en", "script.sent") }).waitFor({ state: "attached" });
  const [, , network, { params }] = await page.evaluate(() => window.walletCalls);
  assert.deepEqual(network.params, [{ chainId: "0x2105" }]);
  assert.deepEqual(params, [{
    from: BUYER, chainId: "0x2105", to: TERMS.options[0].token_address, value: "0x0",
    data: `0xa9059cbb${(await addressOf(made)).slice(2).padStart(64, "0")}${(19_990_000).toString(16).padStart(64, "0")}`,
  }]);
  assertQuiet(problems);
});

test("the shop's style wins over the session's, and the session's over the deployment's", async () => {
  const theme = { color: "#0f766e", mode: "dark" };
  const themed = await session(server, { display: { theme } });
  const style = `#own { --accent: rgb(200, 0, 100); --ground: rgb(1, 2, 3) }
    #own::part(title) { color: rgb(4, 5, 6) } #own::part(option) { border-radius: 0 }`;
  const markup = element(themed.id, 'id="own"') + element(themed.id, 'id="light" data-mode="light"') + element(themed.id);
  const { page, problems } = await visit(markup, { page: { style } });
  const [own, light, plain] = await Promise.all([0, 1, 2].map(async (number) => {
    const place = page.locator("checkout-session").nth(number);
    await shows(place, "choose");
    const look = (selector, property) =>
      place.locator(selector).first().evaluate((it, name) => getComputedStyle(it)[name], property);
    return {
      button: await look(".button", "backgroundColor"), ground: await look(".page", "backgroundColor"),
      title: await look("h1", "color"), radius: await look(".option", "borderRadius"),
    };
  }));
  assert.deepEqual(own, { button: "rgb(200, 0, 100)", ground: "rgb(1, 2, 3)", title: "rgb(4, 5, 6)", radius: "0px" });
  assert.equal(plain.button, "rgb(15, 118, 110)");
  assert.equal(plain.ground, "rgb(20, 22, 26)");
  assert.equal(light.button, "rgb(15, 118, 110)");
  assert.equal(light.ground, "rgb(255, 255, 255)");
  assertQuiet(problems);
});

test("the way back to the shop is the shop's to decide", async () => {
  const cart = ({ id }) => `https://lantern.example/cart?sessionId=${id}`;
  const [follows, decides] = await Promise.all([ordered(), ordered("", { cancel: ["checkout-cancel"] })]);
  await follows.context.route("https://lantern.example/**", (route) => route.fulfill({ body: "Cart" }));
  for (const { page } of [follows, decides]) {
    await shows(page, "await_payment");
    await page.locator("#back").click();
  }
  await follows.page.waitForURL(cart(follows.made));
  await hears(decides.page, cart(decides.made));
  assert.equal(new URL(decides.page.url()).origin, shop.url);
  assertQuiet(decides.problems);
});

for (const [name, numbers] of [["the same", [0, 0]], ["differently", [0, 1]]]) {
  test(`two tabs that choose ${name} at once show one order`, async () => {
    const made = await session(server);
    const tabs = await Promise.all([visit(element(made.id)), visit(element(made.id))]);
    const answers = [];
    for (const { page } of tabs)
      page.on("response", (answer) => {
        if (answer.url().endsWith("/orders") && answer.request().method() === "POST") answers.push(answer.status());
      });
    await Promise.all(tabs.map(({ page }, tab) => choose(page, numbers[tab])));
    const address = await Promise.all(tabs.map(async ({ page }) => {
      await shows(page, "await_payment");
      return page.locator('.pay [data-copy^="0x"]').getAttribute("data-copy");
    }));
    assert.deepEqual(address, Array(2).fill(await addressOf(made)));
    assert.equal(answers.length, 2);
    assert.equal(answers.filter((status) => status === 200).length, numbers[1] === 0 ? 2 : 1, answers.join());
  });
}

test("an order is not lost if its answer is", async () => {
  const made = await session(server);
  const { page } = await visit(element(made.id));
  let lost = 0;
  await page.route(`${server.url}/orders`, async (route) => {
    if (route.request().method() !== "POST" || lost++) return route.continue();
    await route.fetch();
    await route.abort();
  });
  await choose(page);
  await shows(page, "await_payment");
  assert.ok(lost > 0);
  assert.ok((await page.locator(".pay").innerText()).includes(await addressOf(made)));
});

test("a page that loads the element twice, or sets its attributes later, has one element", async () => {
  const made = await session(server);
  const twice = '<script type="module" src="/checkout-session.js?again"></script>';
  const { page, problems } = await visit(twice);
  await page.evaluate(([id, api]) => {
    const late = document.createElement("checkout-session");
    document.querySelector("main").append(late);
    late.setAttribute("base-url", api);
    late.setAttribute("session-id", id);
  }, [made.id, `${server.url}/`]);
  await shows(page, "choose");
  const other = await session(server, { display: { merchant_name: "Other shop" } });
  await page.evaluate((id) => document.querySelector("checkout-session").setAttribute("session-id", id), other.id);
  await page.locator("checkout-session header", { hasText: "Other shop" }).waitFor();
  assertQuiet(problems);
});
