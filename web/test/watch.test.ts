/** When a watch reads, and what it makes of failures. Its time is a test's own. */
import { describe, expect, test, vi } from "vitest";
import { createClient, watchCheckout, type Checkout, type WatchOptions } from "../src/index.js";
import { settle, TestEnvironment } from "./support/environment.js";
import { ScriptedApi, SESSION, START, type Scripted } from "./support/scripted-api.js";
import { startServer } from "./support/server.js";
import { Sale } from "./support/sale.js";

async function start(
  script: ScriptedApi["script"] = [{}],
  options: Partial<WatchOptions> = {},
  before?: (environment: TestEnvironment) => void,
) {
  const api = new ScriptedApi();
  api.script = script;
  const environment = new TestEnvironment();
  before?.(environment);
  const changes: Checkout[] = [];
  const client = createClient({ baseUrl: "http://api.example", fetch: api.fetch });
  const onChange = (checkout: Checkout) => changes.push(checkout);
  const watch = watchCheckout({ client, sessionId: SESSION.id, environment, onChange, ...options });
  await settle();
  return { api, environment, watch, changes };
}

describe("the pace", () => {
  test("is 2 seconds at first, 5 after two minutes, 15 after ten", async () => {
    const { api, environment } = await start();
    expect(api.reads).toBe(1);
    await environment.advance(60_000);
    expect(api.reads).toBe(31);
    await environment.advance(60_000);
    const afterTwoMinutes = api.reads;
    await environment.advance(60_000);
    expect(api.reads - afterTwoMinutes).toBe(12);
    await environment.advance(8 * 60_000);
    const afterElevenMinutes = api.reads;
    await environment.advance(60_000);
    expect(api.reads - afterElevenMinutes).toBe(4);
  });

  test("is 1 second for 15 seconds after a wallet's transaction", async () => {
    const { api, environment, watch } = await start();
    await environment.advance(11 * 60_000);
    watch.transactionSent("0x1");
    const before = api.reads;
    await environment.advance(14_500);
    expect(api.reads - before).toBe(14);
    // The same one again, as a component that is drawn anew reports it.
    watch.transactionSent("0x1");
    await environment.advance(2_000);
    const later = api.reads;
    await environment.advance(10_000);
    expect(api.reads - later).toBeLessThanOrEqual(1);
  });

  test("never has two readings at once, however often one is asked for", async () => {
    const { api, environment, watch } = await start();
    let open = () => {};
    api.gate = new Promise((resolve) => (open = resolve));
    for (let count = 0; count < 5; count++) watch.refresh();
    await environment.change({ hidden: false });
    await environment.advance(60_000);
    expect(api.reads).toBe(2);
    open();
    await vi.waitFor(() => expect(api.reads).toBe(3));
    expect(api.mostAtOnce).toBe(1);
  });
});

describe("a page that nobody sees", () => {
  test("reads nothing, and at once when it is seen again", async () => {
    const { api, environment } = await start();
    await environment.change({ hidden: true });
    await environment.advance(3_600_000);
    expect(api.reads).toBe(1);
    expect(environment.nextTimer).toBeNull();
    await environment.change({ hidden: false });
    expect(api.reads).toBe(2);
  });

  test("that was opened in the background reads once it is seen", async () => {
    const { api, environment } = await start([{}], {}, (it) => (it.hidden = true));
    expect(api.reads).toBe(0);
    await environment.change({ hidden: false });
    expect(api.reads).toBe(1);
  });
});

describe("without a network", () => {
  test("the last state stays, marked as offline; reading goes on at once when the network is back", async () => {
    const { api, environment, watch } = await start();
    await environment.change({ offline: true });
    await environment.advance(600_000);
    expect(api.reads).toBe(1);
    expect(watch.current).toMatchObject({ connection: "offline", state: { name: "choose" } });
    await environment.change({ offline: false });
    expect(api.reads).toBe(2);
    expect(watch.current.connection).toBe("online");
  });

  test("an API that fails is marked as unavailable, and is asked less and less often", async () => {
    const { api, environment, watch } = await start([{}, "network error"]);
    await environment.advance(2_000);
    expect(watch.current).toMatchObject({
      connection: "unavailable",
      state: { name: "choose" },
      error: { code: "network_error" },
    });
    const pauses = [];
    for (let count = 0; count < 6; count++) {
      pauses.push(environment.nextTimer);
      await environment.advance(environment.nextTimer as number);
    }
    expect(pauses).toEqual([4_000, 8_000, 16_000, 32_000, 60_000, 60_000]);
    api.script = [{}];
    await environment.advance(60_000);
    expect(watch.current).toMatchObject({ connection: "online", error: null });
    expect(environment.nextTimer).toBe(5_000);
  });

  test("a network that is back ends the pause after failures", async () => {
    const { api, environment, watch } = await start([{}, "network error"]);
    await environment.advance(60_000);
    api.script = [{}];
    const before = api.reads;
    await environment.change({ offline: true });
    await environment.change({ offline: false });
    expect(api.reads).toBe(before + 1);
    expect(watch.current.connection).toBe("online");
  });

  test.each([429, 503])(
    "a %i is left alone for as long as it asks, also by a page that is looked at",
    async (status) => {
      const { api, environment } = await start([{}, { status, headers: { "retry-after": "90" } }, {}]);
      await environment.advance(2_000);
      expect(environment.nextTimer).toBe(90_000);
      await environment.change({ hidden: true });
      await environment.change({ hidden: false });
      expect(api.reads).toBe(2);
      await environment.advance(89_999);
      expect(api.reads).toBe(2);
      await environment.advance(1);
      expect(api.reads).toBe(3);
    },
  );
});

describe("the end", () => {
  test.each<[string, Scripted]>([
    ["complete", { session: { status: "complete", order_id: "o", order_status: "executed" } }],
    ["expired", { session: { status: "expired", expired_reason: "ttl" } }],
    ["failed", { session: { status: "expired", expired_reason: "payment_failed" } }],
    ["gone", { status: 404 }],
  ])("%s ends the polling", async (name, last) => {
    const { api, environment, watch } = await start([{}, last]);
    await environment.advance(3_600_000);
    await environment.change({ hidden: true });
    await environment.change({ hidden: false });
    expect(watch.current.state.name).toBe(name);
    expect(api.reads).toBe(2);
    expect(environment.nextTimer).toBeNull();
  });

  test("a final state can still be read again by hand", async () => {
    const { api, watch } = await start([{ session: { status: "expired", expired_reason: "ttl" } }]);
    watch.refresh();
    await settle();
    expect(api.reads).toBe(2);
  });

  test("`stop` and the signal leave no timer, no listener and no change behind", async () => {
    const abort = new AbortController();
    for (const stop of [(watch: { stop(): void }) => watch.stop(), () => abort.abort()]) {
      const { api, environment, watch, changes } = await start([{}], { signal: abort.signal });
      api.gate = settle();
      await environment.advance(2_000);
      stop(watch);
      const seen = changes.length;
      await settle();
      await environment.advance(60_000);
      expect([environment.nextTimer, environment.listeners]).toEqual([null, 0]);
      expect(changes).toHaveLength(seen);
    }
  });

  test("an ended signal starts nothing", async () => {
    const { api, environment } = await start([{}], { signal: AbortSignal.abort() });
    await environment.advance(60_000);
    expect(api.reads).toBe(0);
    expect(environment.listeners).toBe(0);
  });
});

test("a mistake of the page shows up as its own, and is no failure of the API", async () => {
  const onChange = () => {
    throw new Error("a typing error");
  };
  const { api, environment, watch } = await start([{}], { onChange });
  await expect(environment.advance(0)).rejects.toThrow("a typing error");
  expect(watch.current).toMatchObject({ connection: "online", state: { name: "choose" } });
  expect(api.reads).toBe(1);
});

describe("the server's clock", () => {
  test("is read from the Date header", async () => {
    const ahead = 3_600_000;
    const { watch, environment } = await start([{ headers: { date: new Date(START + ahead).toUTCString() } }]);
    expect(Math.abs(watch.serverNow() - environment.now() - ahead)).toBeLessThanOrEqual(1_000);
    expect(watch.current.state).toMatchObject({ name: "choose", payable: false, remaining: 0 });
  });

  test("is never before what an answer shows, where the browser hides the header", async () => {
    const { watch } = await start([{}], {}, (environment) => (environment.time = START - 600_000));
    expect(watch.serverNow()).toBe(START);
  });
});

test("a watch follows a sale on the real server to its end", async () => {
  const server = await startServer();
  try {
    const sale = new Sale(server);
    await sale.open();
    const states: string[] = [];
    const watch = watchCheckout({
      client: createClient({ baseUrl: server.url }),
      sessionId: sale.sessionId,
      onChange: ({ state }) => state.name !== states.at(-1) && states.push(state.name),
    });
    const reach = (name: string) => {
      watch.refresh();
      return vi.waitFor(() => expect(states.at(-1)).toBe(name), { timeout: 10_000 });
    };
    await reach("choose");
    await sale.order();
    await reach("awaiting_payment");
    await sale.deposit({ amount: "400000" });
    await reach("partly_paid");
    await sale.deposit({ amount: "600000" });
    await reach("seen");
    await sale.execute("1000000");
    await reach("complete");
    expect(states).toEqual(["choose", "awaiting_payment", "partly_paid", "seen", "complete"]);
    expect(watch.current.state).toMatchObject({ paid: { amount: "1000000" } });
  } finally {
    await server.stop();
  }
});
