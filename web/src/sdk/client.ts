/** The calls of the API. */
import type {
  Answer,
  CheckoutSessionStatus,
  CheckoutSessionWithMore,
  CreateCheckoutSessionRequest,
  CreateOrderRequest,
  CreatedCheckoutSession,
  ExpiredCheckoutSession,
  Order,
  OrderWithTransactions,
  PaymentOptions,
} from "../types/index.js";
import type { ClientConfig } from "./config.js";
import { eventsFrom, sessionsOf, type CheckoutSessionList, type EventList } from "./pages.js";
import { randomKey, segment, send, type Call, type CallOptions, type CreateOptions } from "./transport.js";

export interface GetCheckoutSessionOptions extends CallOptions {
  include?: "order" | "events" | "order,events";
}

export interface ListCheckoutSessionsOptions extends CallOptions {
  status?: CheckoutSessionStatus;
  client_reference_id?: string;
  created_after?: string;
  created_before?: string;
  /** The sessions in one request, 1 to 100. */
  limit?: number;
}

export interface EventsOptions extends CallOptions {
  /** A saved cursor. Without one, the first event is the merchant's oldest. */
  after?: string;
  /** The events in one request, 1 to 100. */
  limit?: number;
}

export interface CheckoutClient {
  createCheckoutSession(
    request?: CreateCheckoutSessionRequest,
    options?: CreateOptions,
  ): Promise<Answer<CreatedCheckoutSession>>;
  getCheckoutSession(id: string, options?: GetCheckoutSessionOptions): Promise<Answer<CheckoutSessionWithMore>>;
  expireCheckoutSession(id: string, options?: CallOptions): Promise<Answer<ExpiredCheckoutSession>>;
  /** All sessions that the filters let through, newest first. */
  listCheckoutSessions(options?: ListCheckoutSessionsOptions): CheckoutSessionList;
  createOrder(request: CreateOrderRequest, options?: CreateOptions): Promise<Answer<Order>>;
  getOrder(id: string, options?: CallOptions): Promise<Answer<OrderWithTransactions>>;
  paymentOptions(options?: CallOptions): Promise<Answer<PaymentOptions>>;
  events(options?: EventsOptions): EventList;
}

/** Makes a client that reads its settings at each call. */
export function clientOf(config: () => ClientConfig): CheckoutClient {
  const call = <Data extends object>(request: Call) => send<Data>(config(), request);
  const get = <Data extends object>(path: string, options?: CallOptions, query?: Call["query"]) =>
    call<Data>({ method: "GET", path, options, query });
  const create = <Data extends object>(path: string, body: unknown, options?: CreateOptions) =>
    call<Data>({ method: "POST", path, body, options, idempotencyKey: options?.idempotencyKey ?? randomKey() });
  const session = (id: string) => `/checkout-sessions/${segment(id)}`;

  return {
    createCheckoutSession: async (request = {}, options) => create("/checkout-sessions", request, options),
    getCheckoutSession: async (id, options) => get(session(id), options, { include: options?.include }),
    // Never sent again: the second request would be a 400, though the first has expired the session.
    expireCheckoutSession: async (id, options) => call({ method: "POST", path: `${session(id)}/expire`, options }),
    listCheckoutSessions: ({ status, client_reference_id, created_after, created_before, limit, ...options } = {}) =>
      sessionsOf((cursor) => {
        const query = { status, client_reference_id, created_after, created_before, limit, cursor };
        return get("/checkout-sessions", options, query);
      }),
    createOrder: async (request, options) => create("/orders", request, options),
    getOrder: async (id, options) => get(`/orders/${segment(id)}`, options),
    paymentOptions: async (options) => get("/payment-options", options),
    events: ({ after, limit, ...options } = {}) =>
      eventsFrom(after, (cursor) => get("/events", options, { after: cursor, limit })),
  };
}

/** Makes a client with settings of its own, without global ones. */
export function createClient(config: ClientConfig): CheckoutClient {
  return clientOf(() => config);
}
