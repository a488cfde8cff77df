/** A shop that sells one lamp in three ways, and ships it once a verified webhook says that it is paid. */
import { createServer } from "node:http";
import { text } from "node:stream/consumers";
import { loadAssets } from "./assets.mjs";
import { Checkout } from "./checkout.mjs";
import { OrderBook } from "./orders.mjs";
import { catalogue, elementPage, missing, reactPage, thanks } from "./pages.mjs";
import { settings } from "./settings.mjs";

const book = new OrderBook();
const checkout = new Checkout(settings, book);
const { files, integrity } = await loadAssets();

const see = (location) => ({ status: 303, headers: { location } });
const json = (value) => ({ type: "application/json", body: JSON.stringify(value) });
const withOrder = (url, show) => {
  const order = book.get(url.searchParams.get("order"));
  return order ? show(order) : missing;
};

/** The shop's own URL. Not what a request calls it: anybody may write that. */
const shopUrl = () => settings.shopUrl ?? `http://127.0.0.1:${server.address().port}`;

const routes = {
  "GET /": () => catalogue(settings),
  "GET /favicon.ico": () => ({ status: 204 }),
  "GET /element": (_, url) => withOrder(url, (order) => elementPage(settings, order, integrity)),
  "GET /react": () => reactPage(settings),
  "GET /thanks": (_, url) => withOrder(url, thanks),
  "GET /order": (_, url) => withOrder(url, json),
  "POST /buy/hosted": async () => see((await checkout.buy(shopUrl())).session.url),
  "POST /buy/element": async () => see(`/element?order=${(await checkout.buy(shopUrl())).order.id}`),
  "POST /buy/react": async () => json({ id: (await checkout.buy(shopUrl())).session.id }),
  "POST /hooks": async (request) => {
    const event = await checkout.verify(await text(request), request.headers).catch(() => null);
    if (!event) return { status: 400 };
    await checkout.handle(event);
    return { status: 204 };
  },
};

/** A webhook message that ends here comes again. */
function failed(error) {
  console.error(error);
  return { status: 500 };
}

async function answer(request) {
  const url = new URL(request.url, shopUrl());
  const route = routes[`${request.method} ${url.pathname}`];
  if (!route) return files[url.pathname] ?? missing;
  return route(request, url);
}

const server = createServer(async (request, response) => {
  const { status = 200, type = "text/html", policy, headers, body } = await answer(request).catch(failed);
  response.writeHead(status, {
    "content-type": type,
    ...(policy && { "content-security-policy": policy }),
    ...headers,
  });
  response.end(body);
});
server.listen(settings.port, "127.0.0.1", () => console.log(`Shop on http://127.0.0.1:${server.address().port}`));
