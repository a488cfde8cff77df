/** A merchant's own site, on another origin than the API, with a policy that forbids nearly everything. */
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";

const ELEMENT = new URL("../../web/dist/checkout-session.js", import.meta.url);

/** The policy of a page that calls the API at this URL. `more` has what single tests cannot do without. */
const policy = (api, more) =>
  ["default-src 'none'", "script-src 'self'", `connect-src ${api}`, "base-uri 'none'", "form-action 'none'",
    "require-trusted-types-for 'script'", "trusted-types 'none'", ...more].join("; ");

const html = (body) => `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Lantern &amp; Sons</title><link rel="stylesheet" href="/shop.css">
<script type="module" src="/checkout-session.js"></script></head><body>${body}</body></html>`;

/** Starts the site on a free port. */
export async function startShop(api) {
  const pages = new Map();
  const element = await readFile(ELEMENT).catch(() => {
    throw new Error("Build the element first: (cd web && npm ci && npm run build)");
  });
  const server = createServer((request, response) => {
    const page = pages.get(request.url.split("?")[0]) ?? { status: 404, body: "" };
    const type = request.url.includes(".js") ? "text/javascript" : request.url.includes(".css") ? "text/css" : "text/html";
    const headers = { "content-type": type, ...(page.policy && { "content-security-policy": page.policy }) };
    response.writeHead(page.status ?? 200, headers).end(page.body);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const url = `http://127.0.0.1:${server.address().port}`;
  pages.set("/checkout-session.js", { body: element });
  return {
    url,
    /** Puts up a page and returns its URL. `style` is a style sheet, which the policy then allows. */
    page(body, { style, allow = [] } = {}) {
      const path = `/page-${pages.size}`;
      const more = style ? [...allow, "style-src 'self'"] : allow;
      const full = html(body).replace(/<link rel="stylesheet".*?>/, style ? `<link rel="stylesheet" href="${path}.css">` : "");
      if (style) pages.set(`${path}.css`, { body: style });
      pages.set(path, { body: full, policy: policy(api, more) });
      return url + path;
    },
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}
