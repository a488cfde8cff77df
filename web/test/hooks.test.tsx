// @vitest-environment happy-dom
// @vitest-environment-options { "settings": { "fetch": { "disableSameOriginPolicy": true } } }
/** The hooks in React, against the real server behind a proxy that counts and misbehaves. Timers are the test's. */
import { QueryClient, QueryClientProvider, focusManager } from "@tanstack/react-query";
import { act, cleanup, render, renderHook } from "@testing-library/react";
import type { ReactNode } from "react";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { configure, createClient, type CheckoutClient } from "../src/index.js";
import { useCheckoutSession, useCreateCheckoutSession } from "../src/react/index.js";
import { startProxy, type FaultyProxy } from "./support/fault.js";
import { startServer, type Server } from "./support/server.js";
import { deposit, executed, orderFor, UNKNOWN_ID, withTerms } from "./support/shop.js";

let server: Server;
let proxy: FaultyProxy;
let shop: CheckoutClient;
let queries: QueryClient;

const realTimeout = setTimeout;
const HOUR = 3_600_000;

beforeAll(async () => {
  server = await startServer();
  shop = createClient({ baseUrl: server.url });
});
afterAll(() => server?.stop());
beforeEach(async () => {
  proxy = await startProxy(server.url);
  configure({ baseUrl: proxy.url, maxRetries: 0 });
  queries = new QueryClient();
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "setInterval", "clearInterval", "Date"] });
});
afterEach(async () => {
  cleanup();
  vi.useRealTimers();
  focusManager.setFocused(undefined);
  await proxy.stop();
});

const wrapper = ({ children }: { children: ReactNode }) => (
  <QueryClientProvider client={queries}>{children}</QueryClientProvider>
);
const follow = (id: string | null, options?: Parameters<typeof useCheckoutSession>[1]) =>
  renderHook(() => useCheckoutSession(id, options), { wrapper }).result;

/** Waits in real time until the network has brought it about. */
async function until(condition: () => boolean): Promise<void> {
  for (let tries = 0; !condition(); tries++) {
    if (tries > 1000) throw new Error(`${condition} never came true`);
    await act(async () => {
      await new Promise((resolve) => realTimeout(resolve, 5));
      // React Query tells its components by a timer of no length, which takes a millisecond within another timer.
      await vi.advanceTimersByTimeAsync(1);
    });
  }
}

/** Moves the page's time forward. An answer that is still on its way would take the next reading's place. */
async function pass(milliseconds: number): Promise<void> {
  await until(() => queries.isFetching() === 0);
  await act(() => vi.advanceTimersByTimeAsync(milliseconds));
}
const reads = () => proxy.seen.length;

async function sale() {
  const session = await shop.createCheckoutSession(withTerms());
  const order = await shop.createOrder(orderFor(session.id));
  const pay = () => server.evidence(order.id, [deposit({ amount: "1000000" }), executed("1000000")]);
  return { id: session.id, order, pay };
}

/** Proves that nothing more is read: not after an hour, and not when the page is looked at again. */
async function expectNoMoreReads(): Promise<void> {
  const before = reads();
  await pass(HOUR);
  act(() => focusManager.setFocused(false));
  act(() => focusManager.setFocused(true));
  await pass(HOUR);
  expect(reads()).toBe(before);
}

describe("useCheckoutSession", () => {
  test("returns what the documents say and what the branch returns", async () => {
    const { id } = await sale();
    const result = follow(id);
    expect(result.current).toMatchObject({ isLoading: true, data: undefined, session: null, error: null });
    await until(() => !result.current.isLoading);
    const { data, session, isComplete, isExpired } = result.current;
    expect(data?.status).toBe("open");
    expect(data?.data.status).toBe("open");
    expect(session).toBe(data);
    expect([isComplete, isExpired]).toEqual([false, false]);
  });

  test("polls at a pace that adapts, and stops at complete", async () => {
    const { id, pay } = await sale();
    const result = follow(id);
    await until(() => result.current.session !== null);
    await pass(2000);
    await until(() => reads() === 2);
    await pay();
    await pass(2000);
    await until(() => result.current.isComplete);
    expect(result.current.data?.paid?.amount).toBe("1000000");
    await expectNoMoreReads();
  });

  test("stops at expired", async () => {
    const { id } = await shop.createCheckoutSession();
    const result = follow(id);
    await until(() => result.current.session !== null);
    await shop.expireCheckoutSession(id);
    await pass(2000);
    await until(() => result.current.isExpired);
    await expectNoMoreReads();
  });

  test("a 404 is an error, and ends the polling: upstream's hook polls for ever", async () => {
    const result = follow(UNKNOWN_ID);
    await until(() => result.current.isError);
    expect(result.current.error).toMatchObject({ status: 404, code: "session_not_found" });
    expect(result.current).toMatchObject({ session: null, isLoading: false });
    await expectNoMoreReads();
    expect(reads()).toBe(1);
  });

  test("goes on after an outage, keeps the session meanwhile, and waits as long as it is asked to", async () => {
    const { id } = await sale();
    const result = follow(id);
    await until(() => result.current.session !== null);
    proxy.faults.push({ status: 503, headers: { "retry-after": "20" } });
    await pass(2000);
    await until(() => result.current.error !== null);
    expect(result.current.session?.status).toBe("open");
    await pass(19_000);
    expect(reads()).toBe(2);
    await pass(1_000);
    await until(() => result.current.error === null);
    expect(reads()).toBe(3);
  });

  test("reads nothing for a page that nobody sees, and at once when it is seen", async () => {
    queries.setDefaultOptions({
      queries: { staleTime: Infinity, refetchOnWindowFocus: false, refetchIntervalInBackground: true },
    });
    const { id } = await sale();
    const result = follow(id);
    await until(() => result.current.session !== null);
    act(() => focusManager.setFocused(false));
    await pass(HOUR);
    expect(reads()).toBe(1);
    act(() => focusManager.setFocused(true));
    await until(() => reads() === 2);
  });

  test("without an id, or disabled, reads nothing", async () => {
    const none = follow(null);
    const disabled = follow(UNKNOWN_ID, { enabled: false });
    await pass(HOUR);
    expect(reads()).toBe(0);
    expect([none.current.isLoading, disabled.current.isLoading]).toEqual([false, false]);
  });

  test("takes the branch's interval", async () => {
    const { id } = await sale();
    const result = follow(id, { refetchInterval: 3000 });
    await until(() => result.current.session !== null);
    await pass(2900);
    expect(reads()).toBe(1);
    await pass(100);
    await until(() => reads() === 2);
  });

  test("two checkouts in one tab are two: upstream keeps one order for all", async () => {
    const [first, second] = [await sale(), await sale()];
    const results = [follow(first.id), follow(second.id)];
    await until(() => results.every((result) => result.current.session !== null));
    expect(results.map((result) => result.current.session?.id)).toEqual([first.id, second.id]);
    await second.pay();
    await pass(2000);
    await until(() => results[1]?.current.isComplete === true);
    expect(results[0]?.current.isComplete).toBe(false);
  });

  test("a component that goes away ends its request", async () => {
    const { id } = await sale();
    proxy.faults.push("hang");
    let signal: AbortSignal | undefined;
    const client: typeof shop = {
      ...shop,
      getCheckoutSession: (sessionId, options) => (
        (signal = options?.signal),
        shop.getCheckoutSession(sessionId, options)
      ),
    };
    const { unmount } = renderHook(() => useCheckoutSession(id, { client }), { wrapper });
    await until(() => signal !== undefined);
    unmount();
    expect(signal?.aborted).toBe(true);
  });

  test("readings that show nothing new draw nothing", async () => {
    const { id } = await sale();
    const seen = new Set<unknown>();
    const Page = () => {
      const { session } = useCheckoutSession(id);
      if (session) seen.add(session);
      return <p>{session?.status}</p>;
    };
    render(<Page />, { wrapper });
    await until(() => seen.size === 1);
    for (let count = 2; count < 5; count++) {
      await pass(2000);
      await until(() => reads() === count);
    }
    await until(() => queries.isFetching() === 0);
    expect(seen.size).toBe(1);
  });

  test("a cache that was restored from storage works, though storage keeps the data alone", async () => {
    const { id } = await sale();
    const stored = JSON.parse(JSON.stringify(await shop.getCheckoutSession(id)));
    queries.setQueryData(["checkout-session", id], stored);
    expect(follow(id).current.data?.data.status).toBe("open");
  });
});

describe("useCreateCheckoutSession", () => {
  const creator = (options?: Parameters<typeof useCreateCheckoutSession>[0]) =>
    renderHook(() => useCreateCheckoutSession(options), { wrapper }).result;

  test("creates nothing by being there", async () => {
    const result = creator();
    await pass(HOUR);
    expect(result.current).toMatchObject({ isIdle: true, isPending: false, data: undefined });
    expect(reads()).toBe(0);
  });

  test("returns what the documents say", async () => {
    const result = creator();
    act(() => result.current.mutate({ metadata: { sku: "widget-1" } }));
    await until(() => result.current.isSuccess);
    expect(result.current.data?.metadata.sku).toBe("widget-1");
    expect(result.current.data?.data.id).toBe(result.current.data?.id);
  });

  test("returns what the branch returns, and calls back", async () => {
    const onSuccess = vi.fn();
    const result = creator({ onSuccess });
    let created: unknown;
    act(() => void result.current.createSessionAsync({ metadata: {} }).then((session) => (created = session)));
    await until(() => result.current.isCreating);
    await until(() => result.current.session !== undefined);
    expect(onSuccess).toHaveBeenCalledExactlyOnceWith(result.current.session);
    expect(created).toBe(result.current.session);
  });

  test("a double click creates one session: upstream's creates two", async () => {
    const onSuccess = vi.fn();
    const result = creator({ onSuccess });
    act(() => {
      result.current.createSession({ client_reference_id: "double-click" });
      result.current.createSession({ client_reference_id: "double-click" });
    });
    await until(() => result.current.isSuccess);
    expect(reads()).toBe(1);
    expect(onSuccess).toHaveBeenCalledOnce();
  });

  test("a click after a lost answer gets the session that was created", async () => {
    const onError = vi.fn();
    const client_reference_id = "lost-in-a-hook";
    const result = creator({ onError });
    proxy.faults.push("lose");
    act(() => result.current.createSession({ client_reference_id }));
    await until(() => result.current.isError);
    expect(onError).toHaveBeenCalledOnce();
    act(() => result.current.createSession({ client_reference_id }));
    await until(() => result.current.isSuccess);
    const ids = [];
    for await (const { id } of shop.listCheckoutSessions({ client_reference_id })) ids.push(id);
    expect(ids).toEqual([result.current.session?.id]);
  });

  test("the next cart is another session, and so is the same cart after a success", async () => {
    const result = creator();
    const ids = new Set();
    for (const cart of ["cart-1", "cart-2", "cart-2"]) {
      await act(async () => void ids.add((await result.current.mutateAsync({ client_reference_id: cart })).id));
    }
    expect(ids.size).toBe(3);
  });

  test("a refusal is an error with its field", async () => {
    const result = creator();
    act(() => result.current.mutate({ expires_in: 1 }));
    await until(() => result.current.isError);
    expect(result.current.error).toMatchObject({ code: "invalid_field", param: "expires_in" });
  });
});
