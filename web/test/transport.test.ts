/** Retries, time limits and signals, in front of the real server. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { CheckoutError, createClient, type ClientConfig } from "../src/index.js";
import { retryAfterOf } from "../src/sdk/answer.js";
import { startProxy, type Fault, type FaultyProxy } from "./support/fault.js";
import { startServer, type Server } from "./support/server.js";
import { orderFor } from "./support/shop.js";

let server: Server;
let proxy: FaultyProxy;
let pauses: number[];

beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server?.stop());
beforeEach(async () => {
  proxy = await startProxy(server.url);
  pauses = [];
});
afterEach(() => proxy.stop());

const sleep: ClientConfig["sleep"] = async (milliseconds) => void pauses.push(milliseconds);
const clientFor = (...faults: Fault[]) => {
  proxy.faults.push(...faults);
  return createClient({ baseUrl: proxy.url, sleep });
};
const codeOf = (call: Promise<unknown>) =>
  call.then(
    () => "",
    (error: CheckoutError) => error.code,
  );
const keys = () => new Set(proxy.seen.map(({ headers }) => headers["idempotency-key"]));
const throttled = (retryAfter?: string): Fault => ({
  status: 429,
  ...(retryAfter && { headers: { "retry-after": retryAfter } }),
});

describe("creations", () => {
  test("a creation whose answer is lost is sent again, and creates one session", async () => {
    const client_reference_id = "lost-answer";
    const { id } = await clientFor("lose", "lose").createCheckoutSession({ client_reference_id });
    expect(proxy.seen).toHaveLength(3);
    expect(keys().size).toBe(1);
    expect(new Set(proxy.seen.map(({ body }) => body)).size).toBe(1);
    const direct = createClient({ baseUrl: server.url });
    const ids = [];
    for await (const session of direct.listCheckoutSessions({ client_reference_id })) ids.push(session.id);
    expect(ids).toEqual([id]);
  });

  test("an order whose answer is lost is the session's order, not a conflict", async () => {
    const client = clientFor();
    const { id } = await client.createCheckoutSession();
    proxy.faults.push("lose");
    const order = await client.createOrder(orderFor(id));
    expect((await client.getCheckoutSession(id)).order_id).toBe(order.id);
  });

  test("two creations have two keys, unless the caller gives one", async () => {
    const client = clientFor();
    const first = await client.createCheckoutSession();
    const second = await client.createCheckoutSession();
    expect(keys().size).toBe(2);
    expect(second.id).not.toBe(first.id);
    const [a, b] = [0, 1].map(() => client.createCheckoutSession({}, { idempotencyKey: "cart-17" }));
    expect((await a)?.id).toBe((await b)?.id);
  });

  test("expiring is sent once: the second request would be an error though the first succeeded", async () => {
    const client = clientFor();
    const { id } = await client.createCheckoutSession();
    proxy.faults.push("lose");
    expect(await codeOf(client.expireCheckoutSession(id))).toBe("network_error");
    expect(proxy.seen).toHaveLength(2);
    expect((await client.getCheckoutSession(id)).status).toBe("expired");
  });
});

describe("retries", () => {
  test.each<[string, Fault]>([
    ["a broken connection", "refuse"],
    ["a 429", throttled()],
    ["a 503", { status: 503, headers: { "retry-after": "1" } }],
  ])("%s is followed by another try", async (_, fault) => {
    expect(await clientFor(fault, fault).paymentOptions()).toEqual({ chains: [] });
    expect(proxy.seen).toHaveLength(3);
  });

  test("they end after the second", async () => {
    expect(await codeOf(clientFor(...Array<Fault>(9).fill(throttled())).paymentOptions())).toBe("too_many_requests");
    expect(proxy.seen).toHaveLength(3);
  });

  test("pauses grow, and vary", async () => {
    await clientFor("refuse", "refuse").paymentOptions();
    const [first, second] = pauses as [number, number];
    expect(first).toBeGreaterThanOrEqual(250);
    expect(first).toBeLessThanOrEqual(500);
    expect(second).toBeGreaterThanOrEqual(500);
    expect(second).toBeLessThanOrEqual(1000);
  });

  test("Retry-After is waited for, and one that is too long is the caller's to decide", async () => {
    await clientFor(throttled("7")).paymentOptions();
    expect(pauses).toEqual([7000]);
    const error = await clientFor(throttled("3600"))
      .paymentOptions()
      .catch((failure: CheckoutError) => failure);
    expect(error).toMatchObject({ status: 429, retryAfter: 3600 });
    expect(pauses).toHaveLength(1);
  });

  test("Retry-After may be a date", () => {
    const at = (header: string) => retryAfterOf(new Headers({ "retry-after": header }), Date.UTC(2026, 0, 1));
    expect(at("Thu, 01 Jan 2026 00:00:30 GMT")).toBe(30);
    expect(at("Wed, 31 Dec 2025 00:00:00 GMT")).toBeNull();
    expect(at("soon")).toBeNull();
  });

  test.each([400, 401, 404, 409, 413, 500])("a %i is final", async (status) => {
    const error = await clientFor({ status, body: "{}" })
      .paymentOptions()
      .catch((failure: CheckoutError) => failure);
    expect(error).toMatchObject({ status });
    expect(proxy.seen).toHaveLength(1);
  });

  test("the request id of a fault is kept", async () => {
    const body = JSON.stringify({ success: false, message: "Busy", error: { code: "unavailable", requestId: "r-1" } });
    const client = createClient({ baseUrl: proxy.url, maxRetries: 0 });
    proxy.faults.push({ status: 503, headers: { "retry-after": "2" }, body });
    const error = await client.paymentOptions().catch((failure: CheckoutError) => failure);
    expect(error).toMatchObject({ code: "unavailable", requestId: "r-1", retryAfter: 2, message: "Busy" });
  });
});

describe("ends of a call", () => {
  test("a server that never answers is given up", async () => {
    proxy.faults.push("hang");
    const client = createClient({ baseUrl: proxy.url, timeout: 50, maxRetries: 0 });
    expect(await codeOf(client.paymentOptions())).toBe("timeout");
  });

  test("the caller's signal ends a call, with its own reason", async () => {
    proxy.faults.push("hang");
    const abort = new AbortController();
    const call = createClient({ baseUrl: proxy.url }).paymentOptions({ signal: abort.signal });
    abort.abort(new Error("the buyer has left"));
    await expect(call).rejects.toThrow("the buyer has left");
  });

  test("the caller's signal ends the pause between two tries", async () => {
    proxy.faults.push(throttled("50"));
    const abort = new AbortController();
    const client = createClient({ baseUrl: proxy.url });
    const call = client.paymentOptions({ signal: abort.signal, onResponse: () => setTimeout(() => abort.abort()) });
    await expect(call).rejects.toThrow(/abort/i);
    expect(proxy.seen).toHaveLength(1);
  });

  test("an ended signal sends nothing", async () => {
    await expect(clientFor().paymentOptions({ signal: AbortSignal.abort() })).rejects.toThrow(/abort/i);
    expect(proxy.seen).toHaveLength(0);
  });
});

describe("headers", () => {
  test("the key is sent as Bearer, and a call may name others, as upstream's does", async () => {
    const client = createClient({ baseUrl: proxy.url, apiKey: "ck_1" });
    await client.paymentOptions();
    await client.paymentOptions({ apiKey: "ck_2" });
    await client.createCheckoutSession({}, { partnerId: "partner", accessToken: "token" });
    expect(proxy.seen.map(({ headers }) => [headers.authorization, headers["x-api-key"]])).toEqual([
      ["Bearer ck_1", undefined],
      ["Bearer ck_2", undefined],
      ["Bearer token", "partner"],
    ]);
  });

  test("reading sends no header that a browser would have to ask for first", async () => {
    await clientFor().paymentOptions();
    const { headers } = proxy.seen[0] as { headers: Record<string, string> };
    expect(Object.keys(headers)).not.toContain("content-type");
    expect(Object.keys(headers)).not.toContain("authorization");
  });
});
