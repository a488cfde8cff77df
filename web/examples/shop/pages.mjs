/** The shop's pages. Each has a policy that allows what it needs and nothing else. */
import { LAMP, USDC_ON_BASE } from "./orders.mjs";

const LOCAL = "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'";

const html = (title, body, head = "") => `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${title}</title>
<link rel="stylesheet" href="/shop.css">${head}</head>
<body><main><h1>${title}</h1>${body}</main></body>
</html>`;

/** The catalogue, with three ways to buy. The form of the hosted page leads there by a redirect, so it is allowed. */
export const catalogue = ({ api }) => ({
  policy: LOCAL.replace("form-action 'self'", `form-action 'self' ${api}`),
  body: html(
    "Lantern &amp; Sons",
    `<p>${LAMP.name}: ${LAMP.text}</p>
<form method="post" action="/buy/hosted"><button>Buy on the hosted page</button></form>
<form method="post" action="/buy/element"><button>Buy in this shop</button></form>
<p><a href="/react">Buy with React</a></p>`,
  ),
});

/** The checkout as a custom element, in one file and without a build. */
export const elementPage = ({ api, recipient }, order, integrity) => ({
  policy: `${LOCAL}; script-src 'self'; connect-src ${api}; require-trusted-types-for 'script'; trusted-types 'none'`,
  body: html(
    "Pay for your lamp",
    `<checkout-session session-id="${order.sessionId}" base-url="${api}" recipient="${recipient}"></checkout-session>`,
    `<script type="module" src="/checkout-session.js" integrity="${integrity}"></script>`,
  ),
});

/** The checkout as a React component. */
export const reactPage = ({ api, recipient }) => {
  const data = JSON.stringify({ api, recipient, item: LAMP, token: USDC_ON_BASE }).replaceAll('"', "&quot;");
  return {
    policy: `${LOCAL}; script-src 'self'; connect-src 'self' ${api}`,
    body: html(
      "Your basket",
      `<div id="basket" data-shop="${data}"></div>`,
      '<link rel="stylesheet" href="/react.css"><script type="module" src="/react.js"></script>',
    ),
  };
};

/** Where `success_url` leads. A visit proves nothing: what counts is the order book. */
export const thanks = ({ status, id }) => ({
  policy: LOCAL,
  body: html("Thank you", `<p>Order ${id}: <output>${status}</output></p><p><a href="/">Back to the shop</a></p>`),
});

export const missing = { status: 404, policy: LOCAL, body: html("Not found", '<p><a href="/">The shop</a></p>') };
