/** Each call against the real server. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { anyspend, anyspendService, CheckoutError, configure, createClient } from "../src/index.js";
import { depositAddress, derive, formatUnits } from "../src/index.js";
import type { CheckoutClient, CheckoutEvent, EventList } from "../src/index.js";
import { startServer, type Server } from "./support/server.js";
import { BASE, BASE_USDC, deposit, executed, orderFor, RECIPIENT, UNKNOWN_ID, withTerms } from "./support/shop.js";

let server: Server;
let client: CheckoutClient;

beforeAll(async () => {
  server = await startServer();
  client = createClient({ baseUrl: server.url });
});
afterAll(() => server?.stop());

/** A session with payment terms and its order. */
async function sale() {
  const session = await client.createCheckoutSession(withTerms());
  return { session, order: await client.createOrder(orderFor(session.id)) };
}

async function failureOf(call: Promise<unknown>): Promise<CheckoutError> {
  const error = await call.then(
    () => null,
    (failure: unknown) => failure,
  );
  expect(error).toBeInstanceOf(CheckoutError);
  return error as CheckoutError;
}

describe("sessions", () => {
  test("a session is created as given, and read with its URLs resolved", async () => {
    const created = await client.createCheckoutSession(withTerms(50));
    expect(created).toMatchObject({ status: "open", metadata: { sku: "widget-1" }, payment: { tolerance_bps: 50 } });
    expect(created.success_url).toBe("https://shop.example/success/{SESSION_ID}");
    const read = await client.getCheckoutSession(created.id);
    expect(read.success_url).toBe(`https://shop.example/success/${created.id}`);
    expect(read).toMatchObject({ order_id: null, order_status: null, expired_reason: null, paid: null });
  });

  test("no request at all is a session too", async () => {
    expect((await client.createCheckoutSession()).metadata).toEqual({});
  });

  test("an answer is its data, and has its envelope beside it where JSON and copies do not see it", async () => {
    const session = await client.createCheckoutSession();
    expect(session.data.status).toBe("open");
    expect([session.success, session.statusCode, session.message]).toEqual([true, 200, "Checkout session created"]);
    expect(Object.keys(session)).not.toContain("data");
    expect(JSON.parse(JSON.stringify(session))).toEqual({ ...session.data });
  });

  test("`include` embeds the order and the events", async () => {
    const { session, order } = await sale();
    const read = await client.getCheckoutSession(session.id, { include: "order,events" });
    expect(read.order?.order.id).toBe(order.id);
    expect(read.events?.map(({ type }) => type)).toEqual(["checkout.session.created", "order.created"]);
  });

  test("an open session is expired, and a second time is an error that says so", async () => {
    const { id } = await client.createCheckoutSession();
    expect(await client.expireCheckoutSession(id)).toEqual({ id, status: "expired" });
    const error = await failureOf(client.expireCheckoutSession(id));
    expect(error).toMatchObject({ status: 400, code: "session_not_open", param: null });
    expect((await client.getCheckoutSession(id)).expired_reason).toBe("manual");
  });

  test("the list has all pages, under its filters", async () => {
    const client_reference_id = "cart-of-the-list";
    const ids: string[] = [];
    for (let count = 0; count < 5; count++)
      ids.unshift((await client.createCheckoutSession({ client_reference_id })).id);
    const listed: string[] = [];
    for await (const { id } of client.listCheckoutSessions({ client_reference_id, limit: 2 })) listed.push(id);
    expect(listed).toEqual(ids);
  });
});

describe("orders", () => {
  test("an order is created, paid, executed and read with its transactions", async () => {
    const { session, order } = await sale();
    expect(order).toMatchObject({ status: "scanning_deposit_transaction", checkoutSessionId: session.id });
    await server.evidence(order.id, [deposit({ amount: "1000000" }), executed("1000000")]);
    const read = await client.getOrder(order.id);
    expect(read.order.status).toBe("executed");
    expect(read.depositTxs[0]).toMatchObject({ amount: "1000000", status: "counted" });
    expect(read.data.executeTx).not.toBeNull();
    const { status, paid } = await client.getCheckoutSession(session.id);
    expect(status).toBe("complete");
    expect(paid).toMatchObject({ recipient_address: RECIPIENT, amount: "1000000" });
  });

  test("the deposit address is the one that is computed here", async () => {
    for (let count = 0; count < 5; count++) {
      const { order } = await sale();
      expect(order.globalAddress).toBe(depositAddress({ orderId: order.id, recipient: RECIPIENT }));
    }
  });

  test("a second order is a conflict that names the first", async () => {
    const { session, order } = await sale();
    const error = await failureOf(client.createOrder(orderFor(session.id)));
    expect(error).toMatchObject({ status: 409, code: "session_has_order", orderId: order.id });
  });

  test("an order that breaks the payment terms names the field", async () => {
    const { id } = await client.createCheckoutSession(withTerms());
    const error = await failureOf(client.createOrder(orderFor(id, "1")));
    expect(error).toMatchObject({ status: 400, code: "payment_terms_not_met", param: "srcAmount" });
  });
});

describe("events", () => {
  /** Reads on until the feed has an event of the session: it is published within seconds. */
  async function readUntil(events: EventList, sessionId: string): Promise<CheckoutEvent[]> {
    const read: CheckoutEvent[] = [];
    await vi.waitFor(
      async () => {
        for await (const event of events) read.push(event);
        expect(read.map((event) => event.checkout_session_id)).toContain(sessionId);
      },
      { timeout: 20_000 },
    );
    return read;
  }

  test("all pages come in order, each event once, and a saved cursor goes on from there", async () => {
    const ids: string[] = [];
    for (let count = 0; count < 5; count++) ids.push((await client.createCheckoutSession()).id);
    const events = client.events({ limit: 2 });
    const read = await readUntil(events, ids.at(-1) as string);
    expect(new Set(read.map(({ id }) => id)).size).toBe(read.length);
    expect(ids.filter((id) => read.some((event) => event.checkout_session_id === id))).toEqual(ids);

    const { id } = await client.createCheckoutSession();
    const later = await readUntil(client.events({ after: events.cursor }), id);
    expect(later.map(({ checkout_session_id }) => checkout_session_id)).toEqual([id]);
  });

  test("an empty feed has a position too, and what comes later comes after it", async () => {
    const fresh = await startServer();
    try {
      const api = createClient({ baseUrl: fresh.url });
      const events = api.events();
      for await (const event of events) throw new Error(`There is ${event.type}`);
      const after = events.cursor;
      expect(after).toEqual(expect.any(String));
      const { id } = await api.createCheckoutSession();
      expect(await readUntil(api.events({ after }), id)).toHaveLength(1);
    } finally {
      await fresh.stop();
    }
  });

  test("an event whose handling fails comes again", async () => {
    for (let count = 0; count < 5; count++) await client.createCheckoutSession();
    const { id: last } = await client.createCheckoutSession();
    const all = await readUntil(client.events(), last);

    const events = client.events({ limit: 3 });
    const handled: string[] = [];
    const handle = async (failAt: number) => {
      for await (const { id } of events) {
        if (handled.length === failAt) throw new Error(id);
        handled.push(id);
      }
    };
    await expect(handle(4)).rejects.toThrow(all[4]?.id);
    await handle(-1);
    expect(handled).toEqual(all.map(({ id }) => id));
  });
});

describe("errors", () => {
  test("an unknown session is a 404 with its code", async () => {
    const error = await failureOf(client.getCheckoutSession(UNKNOWN_ID));
    expect(error).toMatchObject({ status: 404, code: "session_not_found", message: "Checkout session not found" });
  });

  test("where keys are on, a missing key and a wrong one are a 401", async () => {
    const guarded = await startServer({ args: ["--api-keys"] });
    try {
      for (const apiKey of [undefined, "ck_wrong"]) {
        const calls = createClient({ baseUrl: guarded.url, apiKey });
        expect(await failureOf(calls.createCheckoutSession())).toMatchObject({ status: 401, code: "unauthorized" });
      }
    } finally {
      await guarded.stop();
    }
  });

  test("an invalid field is named", async () => {
    const error = await failureOf(client.createCheckoutSession({ expires_in: 60 }));
    expect(error).toMatchObject({ status: 400, code: "invalid_field", param: "expires_in" });
  });

  test.each(["a/../b", "x?include=order", "50%", "ä#b"])("the id %j stays one segment of the path", async (id) => {
    expect(await failureOf(client.getCheckoutSession(id))).toMatchObject({ status: 404, code: "session_not_found" });
    expect(await failureOf(client.getOrder(id))).toMatchObject({ status: 404, code: "order_not_found" });
  });

  test.each(["", ".", ".."])("the id %j is refused, since it would name another path", async (id) => {
    expect(await failureOf(client.getCheckoutSession(id))).toMatchObject({ status: 0, code: "invalid_field" });
    expect(await failureOf(client.expireCheckoutSession(id))).toMatchObject({ status: 0, code: "invalid_field" });
  });
});

describe("settings", () => {
  test("`anyspend` and `anyspendService` are one client, with the settings of `configure`", async () => {
    expect(anyspendService).toBe(anyspend);
    expect(await failureOf(anyspend.createCheckoutSession())).toMatchObject({ code: "not_configured" });
    configure({ baseUrl: `${server.url}/` });
    const { id } = await anyspend.createCheckoutSession({ metadata: { sku: "widget-1" } });
    expect((await anyspendService.getCheckoutSession(id)).data.metadata.sku).toBe("widget-1");
    configure({ baseUrl: undefined });
  });

  test("upstream's variable is read at each call", async () => {
    process.env.NEXT_PUBLIC_ANYSPEND_BASE_URL = server.url;
    const { id } = await anyspend.createCheckoutSession();
    delete process.env.NEXT_PUBLIC_ANYSPEND_BASE_URL;
    expect(id).toMatch(/^[0-9a-f-]{36}$/);
    expect(await failureOf(anyspend.getCheckoutSession(id))).toMatchObject({ code: "not_configured" });
  });

  test("an address that is not this API's is found out", async () => {
    const fetchPage = async () => new Response("<html></html>", { status: 200 });
    const other = createClient({ baseUrl: "http://127.0.0.1:9", fetch: fetchPage });
    expect(await failureOf(other.paymentOptions())).toMatchObject({ code: "invalid_answer", status: 200 });
  });
});

describe("payment options", () => {
  test("without configured chains the list is empty", async () => {
    expect(await client.paymentOptions()).toEqual({ chains: [] });
  });

  test("with one, a checkout has its names and decimals, and amounts are shown by them", async () => {
    const folder = await mkdtemp(join(tmpdir(), "chains-"));
    // No node listens there. The operator's list does not depend on one.
    await writeFile(join(folder, "chains.json"), JSON.stringify({ [BASE]: { rpc: ["http://127.0.0.1:9"] } }));
    const watched = await startServer({ args: ["--chains", join(folder, "chains.json")] });
    try {
      const api = createClient({ baseUrl: watched.url });
      const options = await api.paymentOptions();
      const payment = {
        recipient_address: RECIPIENT,
        options: [{ chain: BASE, token_address: BASE_USDC, amount: "19990000" }],
      };
      const session = await api.getCheckoutSession((await api.createCheckoutSession({ payment })).id);
      const state = derive({ session, order: null, options, now: 0, missing: false });
      if (state.name !== "choose") throw new Error(state.name);
      const [option] = state.options ?? [];
      expect(option).toMatchObject({ chainInfo: { name: "Base" }, tokenInfo: { symbol: "USDC" }, due: "19990000" });
      expect(formatUnits(option?.due ?? "", option?.tokenInfo?.decimals ?? 0)).toBe("19.99");
      const refused = api.createCheckoutSession(withTerms());
      expect(await failureOf(refused)).toMatchObject({
        code: "chain_not_supported",
        param: "payment.options[1].chain",
      });
    } finally {
      await watched.stop();
      await rm(folder, { recursive: true });
    }
  });
});
