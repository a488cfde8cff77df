/** Following the session: when the API shows a change, the page is asked for again and its content replaced. The server
 * renders each state, in each language, so that a page without scripts and this one never differ. */
import type { CheckoutSession, OrderWithTransactions } from "../src/types/index.js";

/** Everything that changes the page, as `shown` of the page's data has it. */
export function shownOf(session: CheckoutSession, order: OrderWithTransactions | null): string {
  const deposits = order?.depositTxs ?? [];
  const withdrawn = deposits.filter((it) => it.status === "withdrawn").length;
  const counts = [deposits.length, withdrawn, order?.refundTxs.length ?? 0];
  return [session.status, session.order_status ?? "none", ...counts].join("/");
}

/** Asks for the page as it is now. Parsed by the browser itself: no HTML goes through a script's hands, as Trusted Types
 * demand. */
export function currentPage(url: string): Promise<Document | null> {
  return new Promise((resolve) => {
    const request = new XMLHttpRequest();
    request.open("GET", url);
    request.responseType = "document";
    request.onloadend = () => resolve(request.status === 200 ? request.responseXML : null);
    request.send();
  });
}

/** Shows the content of another rendering of this page. The focus stays on the element of the same id. */
export function replaceContent(page: Document): void {
  const from = page.querySelector("main");
  const to = document.querySelector("main");
  if (!from || !to) return;
  const focused = document.activeElement?.id;
  document.title = page.title;
  to.replaceWith(document.importNode(from, true));
  if (focused) document.getElementById(focused)?.focus();
}
