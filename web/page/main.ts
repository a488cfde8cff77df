/** The script of the hosted page. Everything on it works without: this makes it faster and more pleasant. */
import { factsOf, requestPage, ShownCheckout } from "../src/checkout-view/index.js";
import { createClient } from "../src/sdk/index.js";
import { otherWallets } from "./wallet-connect.js";

/** Shows the content of another rendering of this page. */
function replaceContent(page: Document): void {
  const from = page.querySelector("main");
  document.title = page.title;
  if (from) document.querySelector("main")?.replaceWith(document.importNode(from, true));
}

async function currentPage(): Promise<Document | null> {
  const { status, page } = await requestPage(location.href);
  return status === 200 ? page : null;
}

const facts = factsOf(document);
if (facts) {
  // The API is where the page is, also behind a path of a proxy.
  const client = createClient({ baseUrl: new URL("..", location.href).href.replace(/\/$/, "") });
  const place = { root: document, client, load: currentPage, replace: replaceContent, otherWallets };
  new ShownCheckout(place, facts);
}
