/** The script of the hosted page. Everything on it works without: this makes it faster and more pleasant. */
import { isFinal, watchCheckout, type Connection } from "../src/core/index.js";
import { createClient } from "../src/sdk/index.js";
import { offerCopying } from "./copying.js";
import { factsOf, say, type Facts } from "./data.js";
import { countDown } from "./deadline.js";
import { currentPage, replaceContent, shownOf } from "./following.js";
import { redirect } from "./redirecting.js";
import { verify } from "./verifying.js";
import { discover, offerWallets, type Payment } from "./wallets.js";

/** The pause before the page of an ended session is asked for again. */
const RETRY_MILLIS = 3_000;

function start(first: Facts): void {
  let facts = first;
  let payment: Payment | null = null;
  let connection: Connection = "online";
  let isReplacing = false;
  let stopCounting = () => {};

  const watch = watchCheckout({
    // The API is where the page is, also behind a path of a proxy.
    client: createClient({ baseUrl: new URL("..", location.href).href.replace(/\/$/, "") }),
    sessionId: facts.session_id,
    // The server has put names and decimals into the page.
    paymentOptions: { chains: [] },
    onChange: (checkout) => {
      tellOfConnection(checkout.connection);
      if (checkout.session && shownOf(checkout.session, checkout.order) !== facts.shown) void replace();
    },
  });

  function tellOfConnection(now: Connection): void {
    if (now !== connection)
      say(now === "online" ? "" : now === "offline" ? facts.texts.offline : facts.texts.unavailable);
    connection = now;
  }

  async function replace(): Promise<void> {
    if (isReplacing) return;
    isReplacing = true;
    await update();
    // No reading follows a final one, so nothing else would ask for the page again if this failed or came too early.
    while (isBehindTheEnd()) {
      await new Promise((resolve) => setTimeout(resolve, RETRY_MILLIS));
      await update();
    }
    isReplacing = false;
  }

  /** True if the session has ended and the page does not show it. Later deposits may change the page further. */
  function isBehindTheEnd(): boolean {
    const { session, state } = watch.current;
    return isFinal(state.name) && session !== null && session.status !== facts.status;
  }

  async function update(): Promise<void> {
    const page = await currentPage(location.href);
    const next = page && factsOf(page);
    if (!page || !next || next.shown === facts.shown) return;
    const becameComplete = !facts.success_url && next.success_url;
    facts = next;
    replaceContent(page);
    enliven();
    say(document.querySelector("h1")?.textContent ?? "");
    if (becameComplete) redirect(becameComplete, facts.texts);
  }

  /** Does for the content what has to be done after each replacement. */
  function enliven(): void {
    stopCounting();
    offerCopying(facts.texts);
    payment = null;
    const option = facts.options.find((it) => it.option === facts.option);
    if (!facts.payable || !facts.address || !option) return;
    stopCounting = countDown(Date.parse(facts.expires_at), watch.serverNow, facts.texts);
    if (verify(facts, option)) payment = { ...option, to: facts.address };
    showWallets();
  }

  function showWallets(): void {
    if (payment) offerWallets(payment, facts.texts, watch.transactionSent);
  }

  enliven();
  discover(showWallets);
}

const facts = factsOf(document);
if (facts) start(facts);
