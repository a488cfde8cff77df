/** A checkout that is on show: followed through the API, and brought to life after each replacement of its content. The
 * hosted page and the element differ only in how they replace it. */
import { isFinal, watchCheckout, type Checkout, type CheckoutWatch, type Connection } from "../core/index.js";
import type { CheckoutClient } from "../sdk/index.js";
import type { CheckoutSession } from "../types/index.js";
import { offerCopying } from "./copying.js";
import { countDown } from "./deadline.js";
import { factsOf, type Facts } from "./facts.js";
import { shownOf } from "./following.js";
import { redirect } from "./redirecting.js";
import { hidePayment, verify } from "./verifying.js";
import { keepFocus, speaker, type Root, type View } from "./view.js";
import { discover, offerWallets, type Payment, type Wallet } from "./wallets.js";

/** The pause before the page is asked for after the deadline: the server's clock may be a moment behind. */
const END_MILLIS = 1_000;
/** The pause before the page of an ended session is asked for again. */
const RETRY_MILLIS = 3_000;

export interface Place {
  root: Root;
  client: CheckoutClient;
  /** The recipient that the deposit address has to pay, if the shop's page names one. */
  recipient?: string | null;
  /** Ends everything. */
  signal?: AbortSignal;
  /** Asks for the page as it is now; null if it does not come. */
  load(): Promise<Document | null>;
  /** Shows the content of a page. */
  replace(page: Document): void;
  /** Wallets that do not announce themselves. `signal` aborts when the content is replaced. */
  otherWallets?(view: View, facts: Facts, payment: Payment, signal: AbortSignal): Wallet[];
  /** Called after each reading. */
  onChange?(checkout: Checkout): void;
  /** The session became complete in view. Returns whether the buyer goes to its `success_url`. */
  onComplete?(session: CheckoutSession): boolean;
}

export class ShownCheckout {
  readonly #place: Place;
  readonly #view: View;
  readonly #watch: CheckoutWatch;
  readonly #wallets = new Map<string, Wallet>();
  #facts: Facts;
  #payment: Payment | null = null;
  #connection: Connection = "online";
  #isReplacing = false;
  #isComplete: boolean;
  #stopCounting = () => {};
  /** Ends what belongs to the content that is on show. */
  #content = new AbortController();

  /** Begins with a page that is already on show, and its facts. */
  constructor(place: Place, facts: Facts) {
    const { root, client, signal } = place;
    this.#place = place;
    this.#facts = facts;
    this.#isComplete = facts.status === "complete";
    this.#view = { root, texts: facts.texts, say: speaker(root), signal };
    this.#watch = watchCheckout({
      client,
      sessionId: facts.session_id,
      signal,
      // The server has put names and decimals into the page.
      paymentOptions: { chains: [] },
      onChange: (checkout) => this.#follow(checkout),
    });
    signal?.addEventListener("abort", () => {
      this.#stopCounting();
      this.#content.abort();
    });
    this.#enliven();
    discover(this.#wallets, (wallet) => this.#showWallets([wallet]), signal);
  }

  get facts(): Facts {
    return this.#facts;
  }

  say(text: string): void {
    this.#view.say(text);
  }

  /** Shows a page that the buyer asked for: in another language, or with another option. */
  show(page: Document): void {
    const next = factsOf(page);
    if (!next) return;
    const hasChanged = next.shown !== this.#facts.shown;
    this.#facts = next;
    this.#view.texts = next.texts;
    keepFocus(this.#place.root, () => {
      this.#place.replace(page);
      this.#enliven();
    });
    if (hasChanged) this.say(this.#place.root.querySelector("h1")?.textContent ?? "");
    this.#arrive(this.#watch.current);
    // The page can be ahead of the last reading, as after a choice.
    if (!this.#agrees(this.#watch.current)) this.#watch.refresh();
  }

  /** True if the page shows what the API has told. */
  #agrees({ session, order }: Checkout): boolean {
    return session !== null && shownOf(session, order) === this.#facts.shown;
  }

  #follow(checkout: Checkout): void {
    this.#tellOfConnection(checkout.connection);
    this.#place.onChange?.(checkout);
    if (!checkout.session) return;
    this.#arrive(checkout);
    if (!this.#agrees(checkout)) void this.#catchUp();
  }

  #tellOfConnection(now: Connection): void {
    const { offline, unavailable } = this.#view.texts;
    if (now !== this.#connection) this.say(now === "online" ? "" : now === "offline" ? offline : unavailable);
    this.#connection = now;
  }

  async #catchUp(): Promise<void> {
    if (this.#isReplacing) return;
    this.#isReplacing = true;
    await this.#update();
    // No reading follows a final one, so nothing else would ask for the page again if this failed or came too early.
    while (!this.#place.signal?.aborted && this.#isBehindTheEnd()) {
      await new Promise((resolve) => setTimeout(resolve, RETRY_MILLIS));
      await this.#update();
    }
    this.#isReplacing = false;
  }

  /** True if the session has ended and the page does not show it. Later deposits may change the page further. */
  #isBehindTheEnd(): boolean {
    const { session, state } = this.#watch.current;
    return isFinal(state.name) && session !== null && session.status !== this.#facts.status;
  }

  async #update(): Promise<void> {
    const page = await this.#place.load();
    if (!page || this.#place.signal?.aborted) return;
    const next = factsOf(page);
    if (next && next.shown !== this.#facts.shown) this.show(page);
  }

  /** Goes back to the shop, once both the API and the page say that the session is complete. */
  #arrive({ session }: Checkout): void {
    if (this.#isComplete || session?.status !== "complete" || this.#facts.status !== "complete") return;
    this.#isComplete = true;
    const goes = this.#place.onComplete?.(session) ?? true;
    if (goes && this.#facts.success_url) redirect(this.#view, this.#facts.success_url);
  }

  /** Does for the content what has to be done after each replacement. */
  #enliven(): void {
    this.#stopCounting();
    this.#content.abort();
    this.#content = new AbortController();
    offerCopying(this.#view);
    this.#payment = this.#verifiedPayment();
    // A shop that has pinned its recipient shows no payment that was not verified.
    if (!this.#payment && this.#place.recipient != null) hidePayment(this.#view);
    if (!this.#facts.payable || !this.#facts.address) return;
    const expiresAt = Date.parse(this.#facts.expires_at);
    this.#stopCounting = countDown(this.#view, expiresAt, this.#watch.serverNow, () => this.#endPayment());
    this.#showWallets([...this.#wallets.values(), ...this.#otherWallets()]);
  }

  /** The time to pay is over, which the API shows in no status yet: asks for no more money, and for the page. */
  #endPayment(): void {
    this.#payment = null;
    hidePayment(this.#view);
    const timer = setTimeout(async () => {
      const page = await this.#place.load();
      if (page && !this.#place.signal?.aborted) this.show(page);
    }, END_MILLIS);
    this.#stopCounting = () => clearTimeout(timer);
  }

  #verifiedPayment(): Payment | null {
    const { payable, address, option, options } = this.#facts;
    const shown = options.find((it) => it.option === option);
    if (!payable || !address || !shown) return null;
    const isRight = verify(this.#view, this.#facts, shown, this.#place.recipient ?? null);
    return isRight ? { ...shown, to: address } : null;
  }

  #otherWallets(): Wallet[] {
    if (!this.#payment) return [];
    return this.#place.otherWallets?.(this.#view, this.#facts, this.#payment, this.#content.signal) ?? [];
  }

  #showWallets(wallets: Wallet[]): void {
    if (!this.#payment) return;
    const { transactionSent: onSent } = this.#watch;
    offerWallets(this.#view, { wallets, payment: this.#payment, onSent });
  }
}
