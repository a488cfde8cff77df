/** A sale on the real server, with what the buyer and the chains do to it. */
import {
  createClient,
  INITIAL,
  reduce,
  type Checkout,
  type CheckoutClient,
  type CheckoutStateName,
} from "../../src/index.js";
import { CheckoutError, type CreateCheckoutSessionRequest, type SwapOrderRequest } from "../../src/index.js";
import type { Server } from "./server.js";
import {
  BASE,
  BASE_USDC,
  deposit,
  ETHEREUM,
  executed,
  orderFor,
  txHash,
  withTerms,
  type DepositFields,
} from "./shop.js";

/** A session without payment terms, whose order goes to another chain: the order is routed once it is paid. */
export const ROUTED: Partial<SwapOrderRequest> = {
  dstChain: ETHEREUM,
  dstTokenAddress: "0xa0b86991c6218b36c1d19d4a2e9eb0ce3606eb48",
};

export class Sale {
  checkout: Checkout = INITIAL;
  sessionId = "";
  orderId = "";
  /** The ids of the deposits that counted, newest last. */
  readonly evidenceIds: string[] = [];
  #at = 0;
  #expiresAt = 0;
  #client: CheckoutClient;

  constructor(readonly server: Server) {
    this.#client = createClient({ baseUrl: server.url });
  }

  async open(request: CreateCheckoutSessionRequest = withTerms()): Promise<void> {
    const session = await this.#client.createCheckoutSession(request);
    this.sessionId = session.id;
    this.#at = Date.parse(session.created_at);
    this.#expiresAt = Date.parse(session.expires_at);
  }

  async order(changes: Partial<SwapOrderRequest> = {}): Promise<void> {
    this.orderId = (await this.#client.createOrder({ ...orderFor(this.sessionId), ...changes })).id;
  }

  /** The time of the next piece of evidence, within the session's. */
  #tick = () => ++this.#at;

  async deposit(fields: DepositFields): Promise<void> {
    const piece = deposit({ occurredAt: this.#tick(), ...fields });
    this.evidenceIds.push(piece.id);
    await this.server.evidence(this.orderId, piece);
  }

  lateDeposit = (amount = "1000000") =>
    this.server.evidence(this.orderId, deposit({ occurredAt: this.#expiresAt + 1, amount }));

  async withdraw(): Promise<void> {
    const evidence = this.evidenceIds.pop();
    await this.#evidence({ kind: "withdrawn", evidence });
  }

  relay = (status = "pending") => this.#evidence({ kind: "relay", chain: BASE, txHash: txHash(), status });
  progress = (status: string) => this.#evidence({ kind: "progress", status });
  execute = (amount: string, chain = BASE) => this.server.evidence(this.orderId, executed(amount, this.#tick(), chain));
  refunding = () => this.#evidence({ kind: "refunding", detail: "NO_ROUTE" });
  refund = () =>
    this.#evidence({ kind: "refund", chain: BASE, txHash: txHash(), amount: "1000000", status: "success" });
  fail = () => this.#evidence({ kind: "failure", detail: "NO_ROUTE" });
  expire = async () => void (await this.#client.expireCheckoutSession(this.sessionId));

  #evidence = (piece: object) =>
    this.server.evidence(this.orderId, { id: txHash(), occurredAt: this.#tick(), ...piece });

  /** Moves the server's clock past the deadline. */
  async passDeadline(): Promise<void> {
    await this.server.advanceClock(1800 + 60 + 1);
  }

  /** Reads the checkout, as a watch does. */
  async read(): Promise<CheckoutStateName> {
    try {
      const session = await this.#client.getCheckoutSession(this.sessionId, { include: "order" });
      const now = Math.max(this.checkout.now, this.#at);
      this.checkout = reduce(this.checkout, { type: "session", session, order: session.order ?? null, now });
    } catch (error) {
      if (!(error instanceof CheckoutError) || error.status !== 404) throw error;
      this.checkout = reduce(this.checkout, { type: "missing" });
    }
    return this.checkout.state.name;
  }
}

/** A deposit in another token than the options'. */
export const OTHER_TOKEN = { token: "0x4200000000000000000000000000000000000006", amount: "5" };
export const ON_BASE = { chain: BASE, token: BASE_USDC };
