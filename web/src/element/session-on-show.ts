/** One session in an element, from its first page until it is stopped. */
import { factsOf, requestPage, ShownCheckout, shownOf, type PageAnswer } from "../checkout-view/index.js";
import { backoff, type Checkout } from "../core/index.js";
import { createClient, type CheckoutClient } from "../sdk/client.js";
import { isPassing, segment } from "../sdk/transport.js";
import { choose } from "./choosing.js";
import { emit, errorOf } from "./events.js";
import type { Frame } from "./frame.js";

/** The first pause after a page that did not come. It grows. */
const RETRY_MILLIS = 2_000;

export interface SessionSettings {
  sessionId: string;
  baseUrl: string;
  recipient: string | null;
  language: string | null;
}

export class SessionOnShow {
  readonly #host: HTMLElement;
  readonly #frame: Frame;
  readonly #settings: SessionSettings;
  readonly #client: CheckoutClient;
  readonly #abort = new AbortController();
  /** The page without its query. */
  readonly #page: string;
  /** The page in the language and with the option that are shown. */
  #url: string;
  #shown: ShownCheckout | null = null;
  /** What the last `checkout-change` told. */
  #told = "";
  #isChoosing = false;
  /** True if the mode is that of the session, and not the shop's own. */
  #hasSetMode = false;

  constructor(host: HTMLElement, frame: Frame, settings: SessionSettings) {
    const { sessionId, baseUrl, language } = settings;
    this.#host = host;
    this.#frame = frame;
    this.#settings = settings;
    this.#client = createClient({ baseUrl });
    // A relative URL is one of the shop's own origin.
    this.#page = new URL(`${baseUrl.replace(/\/+$/, "")}/checkout/${segment(sessionId)}`, document.baseURI).href;
    this.#url = language ? `${this.#page}?lang=${encodeURIComponent(language)}` : this.#page;
    const { signal } = this.#abort;
    frame.root.addEventListener("click", (event) => this.#clicked(event as MouseEvent), { signal });
    frame.root.addEventListener("submit", (event) => this.#submitted(event as SubmitEvent), { signal });
    void this.#start();
  }

  stop(): void {
    this.#abort.abort();
    if (this.#hasSetMode) delete this.#host.dataset.mode;
  }

  async #start(): Promise<void> {
    const page = await this.#firstPage();
    const facts = page && factsOf(page);
    if (!page || !facts) return;
    const { mode } = page.documentElement.dataset;
    if (mode && !this.#host.dataset.mode) {
      this.#host.dataset.mode = mode;
      this.#hasSetMode = true;
    }
    const replace = (next: Document) => this.#frame.show(next, factsOf(next)?.texts.close);
    replace(page);
    const place = {
      root: this.#frame.root,
      client: this.#client,
      recipient: this.#settings.recipient,
      signal: this.#abort.signal,
      load: () => this.#load(this.#url),
      replace,
      onChange: (checkout: Checkout) => this.#tell(checkout),
      onComplete: (session: NonNullable<Checkout["session"]>) =>
        emit(this.#host, "checkout-complete", { session }, true),
    };
    this.#shown = new ShownCheckout(place, facts);
  }

  /** The first page that can be shown; null if there is none. */
  async #firstPage(): Promise<Document | null> {
    for (let failures = 1; ; failures++) {
      const { status, page } = await this.#request(this.#url);
      if (this.#abort.signal.aborted) return null;
      if (status === 200 && page && factsOf(page)) return page;
      // The server's page of an error says it in the buyer's language.
      if (page?.querySelector("main [role=alert]")) this.#frame.show(page);
      else this.#frame.showUnreachable();
      const error = errorOf(status);
      if (failures === 1) emit(this.#host, "checkout-error", { error });
      if (!isPassing(error)) return null;
      await new Promise((resolve) => setTimeout(resolve, backoff(RETRY_MILLIS, failures - 1, null)));
      if (this.#abort.signal.aborted) return null;
    }
  }

  /** Asks for a page in the form for elements. */
  #request(url: string): Promise<PageAnswer> {
    const embedded = new URL(url);
    embedded.searchParams.set("embed", "1");
    return requestPage(embedded.href, this.#abort.signal);
  }

  /** The page as it is now. Null if it does not come, or if the buyer has gone on to another one. */
  async #load(url: string): Promise<Document | null> {
    const { status, page } = await this.#request(url);
    return status === 200 && url === this.#url && !this.#abort.signal.aborted ? page : null;
  }

  /** Shows the page in another language or with another option. */
  async #go(url: string): Promise<void> {
    this.#url = url;
    const page = await this.#load(url);
    if (page) this.#shown?.show(page);
  }

  #tell(checkout: Checkout): void {
    const { session, order, state, connection } = checkout;
    const told = [state.name, connection, session && shownOf(session, order)].join();
    if (told === this.#told || state.name === "loading") return;
    this.#told = told;
    emit(this.#host, "checkout-change", checkout);
  }

  #clicked(event: MouseEvent): void {
    const link = event.target instanceof Element && event.target.closest("a");
    const isPlain = event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;
    if (!link || !isPlain) return;
    if (link.id === "back" && this.#shown?.facts.status !== "complete") {
      if (!emit(this.#host, "checkout-cancel", { url: link.href }, true)) event.preventDefault();
    } else if (link.href.split("?")[0] === this.#page) {
      event.preventDefault();
      void this.#go(link.href);
    }
  }

  #submitted(event: SubmitEvent): void {
    // The deployment refuses forms of other sites.
    event.preventDefault();
    const choice = new FormData(event.target as HTMLFormElement).get("option");
    if (typeof choice === "string") void this.#choose(choice);
  }

  async #choose(choice: string): Promise<void> {
    if (this.#isChoosing) return;
    this.#isChoosing = true;
    await choose(this.#client, this.#settings.sessionId, choice, this.#abort.signal);
    this.#isChoosing = false;
    if (this.#abort.signal.aborted) return;
    const url = new URL(this.#url);
    url.searchParams.set("option", choice);
    await this.#go(url.href);
  }
}
