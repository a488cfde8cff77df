/** Following a checkout by polling: the API as it is read is the only truth. */
import { CheckoutError } from "../sdk/errors.js";
import type { CheckoutClient } from "../sdk/client.js";
import type { PaymentOptions } from "../types/index.js";
import { browser, type Environment } from "./environment.js";
import { INITIAL, reduce, type Checkout, type CheckoutInput } from "./reduce.js";
import { backoff, pollInterval } from "./schedule.js";
import { ServerClock } from "./server-clock.js";
import { isFinal } from "./states.js";

export interface WatchOptions {
  client: Pick<CheckoutClient, "getCheckoutSession" | "paymentOptions">;
  sessionId: string;
  /** Called after each change of what is known. */
  onChange?: (checkout: Checkout) => void;
  /** Ends the watch. */
  signal?: AbortSignal;
  /** Without them the watch reads the operator's list itself, once. */
  paymentOptions?: PaymentOptions;
  environment?: Environment;
}

export interface CheckoutWatch {
  /** The checkout as it was last seen. */
  readonly current: Checkout;
  /** The present time by the server's clock. */
  serverNow(): number;
  /** Reads at once: also in a final state, where a late deposit can still appear. */
  refresh(): void;
  /** Reads more often for a while: a wallet has sent this transaction. */
  transactionSent(txHash: string): void;
  stop(): void;
}

class Watch implements CheckoutWatch {
  current: Checkout = INITIAL;
  readonly #options: WatchOptions;
  readonly #environment: Environment;
  readonly #clock = new ServerClock();
  readonly #abort = new AbortController();
  readonly #startedAt: number;
  #sentAt: number | null = null;
  #sent = new Set<string>();
  #failures = 0;
  /** The earliest time of the next reading, after failures. */
  #notBefore = 0;
  /** The time until which the API has asked us to wait. */
  #askedUntil = 0;
  #isReading = false;
  #isWanted = false;
  #hasOptions = false;
  #cancelTimer = () => {};
  #unlisten = () => {};

  constructor(options: WatchOptions) {
    this.#options = options;
    this.#environment = options.environment ?? browser;
    this.#startedAt = this.#environment.now();
    if (options.paymentOptions) this.#learn(options.paymentOptions);
    if (options.signal?.aborted) {
      this.#abort.abort();
      return;
    }
    options.signal?.addEventListener("abort", this.#stop, { once: true });
    this.#unlisten = this.#environment.onChange(() => this.#surroundingsChanged());
    this.#surroundingsChanged();
  }

  serverNow = () => this.#environment.now() + this.#clock.offset;

  refresh = () => this.#read();

  transactionSent = (txHash: string) => {
    // A component may report the same transaction each time that it is drawn.
    if (this.#sent.has(txHash)) return;
    this.#sent.add(txHash);
    this.#sentAt = this.#environment.now();
    this.#schedule();
  };

  stop = () => this.#stop();

  #stop = () => {
    this.#abort.abort();
    this.#cancelTimer();
    this.#unlisten();
    this.#options.signal?.removeEventListener("abort", this.#stop);
  };

  #learn(options: PaymentOptions): void {
    this.#hasOptions = true;
    this.#apply({ type: "options", options });
  }

  #apply(input: CheckoutInput): void {
    this.current = reduce(this.current, input);
    try {
      this.#options.onChange?.(this.current);
    } catch (error) {
      // The page's own mistake: it must show up there, and is no failure of the API.
      this.#environment.after(0, () => {
        throw error;
      });
    }
  }

  #surroundingsChanged(): void {
    this.#cancelTimer();
    if (this.#abort.signal.aborted || isFinal(this.current.state.name)) return;
    if (this.#environment.isOffline()) return this.#apply({ type: "failed", connection: "offline", error: null });
    if (this.#environment.isHidden()) return;
    // A network that is back, or a page that is seen, ends our own pause, but not the one that the API has asked for.
    this.#notBefore = this.#askedUntil;
    if (this.#environment.now() < this.#notBefore) return this.#schedule();
    this.#read();
  }

  /** Sets the timer of the next reading. There is none in a final state, nor for a page that nobody sees. */
  #schedule(): void {
    this.#cancelTimer();
    const environment = this.#environment;
    const isIdle = this.#isReading || this.#abort.signal.aborted || isFinal(this.current.state.name);
    if (isIdle || environment.isHidden() || environment.isOffline()) return;
    const wait = Math.max(this.#interval(), this.#notBefore - environment.now());
    this.#cancelTimer = environment.after(wait, () => this.#read());
  }

  #interval(): number {
    const now = this.#environment.now();
    const sinceTransaction = this.#sentAt === null ? null : now - this.#sentAt;
    return pollInterval({ age: now - this.#startedAt, sinceTransaction });
  }

  /** Starts a reading. While one is in progress, another one follows it instead. */
  #read(): void {
    this.#cancelTimer();
    if (this.#abort.signal.aborted) return;
    if (this.#isReading) {
      this.#isWanted = true;
      return;
    }
    this.#isReading = true;
    this.#isWanted = false;
    void this.#readOnce().finally(() => {
      this.#isReading = false;
      if (this.#isWanted) this.#read();
      else this.#schedule();
    });
  }

  async #readOnce(): Promise<void> {
    try {
      await this.#readSession();
      this.#failures = 0;
      this.#notBefore = this.#askedUntil = 0;
      if (!this.#hasOptions) await this.#readOptions();
    } catch (error) {
      if (!this.#abort.signal.aborted) this.#failed(error);
    }
  }

  async #readSession(): Promise<void> {
    const { client, sessionId } = this.#options;
    const sentAt = this.#environment.now();
    let date: string | null = null;
    const session = await client.getCheckoutSession(sessionId, {
      include: "order",
      signal: this.#abort.signal,
      // The watch itself tries again, at its own pace.
      maxRetries: 0,
      onResponse: (response) => (date = response.headers.get("date")),
    });
    if (this.#abort.signal.aborted) return;
    const order = session.order ?? null;
    const notBefore = Math.max(Date.parse(session.created_at), order?.order.createdAt ?? 0);
    this.#clock.observe({ sentAt, receivedAt: this.#environment.now(), date, notBefore });
    this.#apply({ type: "session", session, order, now: this.serverNow() });
  }

  async #readOptions(): Promise<void> {
    const call = { signal: this.#abort.signal, maxRetries: 0 };
    // Without names and decimals the state is still right. The next reading asks for them again.
    const options = await this.#options.client.paymentOptions(call).catch(() => null);
    if (options && !this.#abort.signal.aborted) this.#learn(options);
  }

  #failed(error: unknown): void {
    const known = error instanceof CheckoutError ? error : null;
    if (known?.status === 404) return this.#apply({ type: "missing" });
    this.#failures += 1;
    const now = this.#environment.now();
    const retryAfter = known?.retryAfter ?? null;
    this.#askedUntil = now + (retryAfter ?? 0) * 1000;
    this.#notBefore = now + backoff(this.#interval(), this.#failures, retryAfter);
    const connection = this.#environment.isOffline() ? "offline" : "unavailable";
    this.#apply({ type: "failed", connection, error });
  }
}

/** Follows a checkout until its state is final, or until it is stopped. */
export function watchCheckout(options: WatchOptions): CheckoutWatch {
  return new Watch(options);
}
