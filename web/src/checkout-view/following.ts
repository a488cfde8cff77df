/** Following the session: when the API shows a change, the page is asked for again and its content replaced. The server
 * renders each state, in each language, so that a page without scripts and one with them never differ. */
import type { CheckoutSession, OrderWithTransactions } from "../types/index.js";

/** Everything that changes the page, as `shown` of the page's facts has it. */
export function shownOf(session: CheckoutSession, order: OrderWithTransactions | null): string {
  const deposits = order?.depositTxs ?? [];
  const withdrawn = deposits.filter((it) => it.status === "withdrawn").length;
  const counts = [deposits.length, withdrawn, order?.refundTxs.length ?? 0];
  return [session.status, session.order_status ?? "none", ...counts].join("/");
}

export interface PageAnswer {
  /** The HTTP status; 0 where no answer came. */
  status: number;
  page: Document | null;
}

/** The time that the page may take. */
const TIMEOUT_MILLIS = 30_000;

/** Asks for the page as it is now. Parsed by the browser itself: no HTML goes through a script's hands, as Trusted Types
 * demand. */
export function requestPage(url: string, signal?: AbortSignal): Promise<PageAnswer> {
  return new Promise((resolve) => {
    const request = new XMLHttpRequest();
    const abort = () => request.abort();
    request.open("GET", url);
    request.responseType = "document";
    // A request that hangs would keep the page as it was.
    request.timeout = TIMEOUT_MILLIS;
    request.onloadend = () => {
      signal?.removeEventListener("abort", abort);
      resolve({ status: request.status, page: request.responseXML });
    };
    signal?.addEventListener("abort", abort);
    request.send();
  });
}
