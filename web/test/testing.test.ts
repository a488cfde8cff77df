/** `checkout-sdk/testing`, as far as it needs no browser and no chain: tests/browser uses the rest. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ACTIONS, injectWallet, startChain, type RpcCall, type WalletOptions } from "../src/testing/index.js";
import { startServer as startWithoutDefault } from "../src/testing/index.js";
import { startServer, type Server } from "./support/server.js";
import { BUYER, orderFor, withTerms } from "./support/shop.js";

describe("the server", () => {
  let server: Server;
  beforeAll(async () => void (server = await startServer()));
  afterAll(() => server?.stop());

  async function sale() {
    const session = await server.client.createCheckoutSession(withTerms());
    await server.client.createOrder(orderFor(session.id));
    return session.id;
  }

  test("has a button of the test panel for each action, and no other", async () => {
    const panel = await (await fetch(`${server.url}/test-helpers/sessions/${await sale()}`)).text();
    const buttons = [...panel.matchAll(/<button name="action" value="([^"]*)"/g)].map(([, value]) => value);
    expect(buttons).toEqual([...ACTIONS]);
  });

  test("says why a button has no effect", async () => {
    await expect(server.press(await sale(), "finish")).rejects.toThrow("finish: the order is not paid");
  });

  test("pays with the option that is asked for", async () => {
    const id = await sale();
    await server.press(id, "pay", 1);
    await server.press(id, "finish");
    expect((await server.client.getCheckoutSession(id)).paid).toMatchObject({ chain: 1, amount: "1100000" });
  });

  test("tells its time when the clock is moved", async () => {
    const before = await server.advanceClock(0);
    expect((await server.advanceClock(3600)) - before).toBeGreaterThanOrEqual(3_600_000);
  });
});

describe("a program that does not start", () => {
  test("is named, with the way to get it", async () => {
    await expect(startWithoutDefault({ program: "/nowhere/local" })).rejects.toThrow(
      /^\/nowhere\/local was not found\. Run `cargo build -p local`/,
    );
    await expect(startChain({ program: "/nowhere/anvil" })).rejects.toThrow(
      /npm install --save-dev @foundry-rs\/anvil/,
    );
  });

  test("is quoted when it ends", async () => {
    await expect(startServer({ args: ["--no-such-argument"] })).rejects.toThrow(/ended with 2:\n.*--no-such-argument/s);
  });
});

describe("the wallet", () => {
  const node = (chainId: number) => ({ chainId, request: (method: string) => `${method} on ${chainId}` });

  /** A wallet without a page: calls go to it as the page would send them. */
  async function wallet(options: Partial<WalletOptions> = {}) {
    let reply: (call: RpcCall) => Promise<unknown> = async () => null;
    const target = {
      exposeFunction: async (_: string, callback: typeof reply) => void (reply = callback),
      addInitScript: async () => {},
    };
    const made = await injectWallet(target, { chains: [node(1), node(2)], account: BUYER, ...options });
    return { made, call: (method: string, ...params: unknown[]) => reply({ method, params }) };
  }
  const refused = (code: number) => ({ error: expect.objectContaining({ code }) });

  test("shows its account once it is connected", async () => {
    const { call } = await wallet();
    expect(await call("eth_accounts")).toEqual({ result: [] });
    expect(await call("eth_sendTransaction", { from: BUYER })).toEqual(refused(4100));
    expect(await call("eth_requestAccounts")).toEqual({ result: [BUYER] });
    expect(await call("eth_accounts")).toEqual({ result: [BUYER] });
    expect(await call("eth_sendTransaction", { from: BUYER })).toEqual({ result: "eth_sendTransaction on 1" });
  });

  test("forwards to the chain that it is on, and refuses a transaction for another", async () => {
    const { call, made } = await wallet({ chainId: 5 });
    expect(await call("eth_blockNumber")).toEqual(refused(4901));
    expect(await call("wallet_switchEthereumChain", { chainId: "0x2" })).toEqual({ result: null });
    expect([made.chainId, await call("eth_chainId")]).toEqual([2, { result: "0x2" }]);
    expect(await call("eth_blockNumber")).toEqual({ result: "eth_blockNumber on 2" });
    await call("eth_requestAccounts");
    expect(await call("eth_sendTransaction", { from: BUYER, chainId: "0x1" })).toEqual(refused(-32602));
  });

  test("does not know a chain until it is added", async () => {
    const { call } = await wallet({ unknownChains: [2] });
    expect(await call("wallet_switchEthereumChain", { chainId: "0x2" })).toEqual(refused(4902));
    expect(await call("wallet_addEthereumChain", { chainId: "0x2" })).toEqual({ result: null });
    expect(await call("eth_chainId")).toEqual({ result: "0x2" });
    expect(await call("wallet_switchEthereumChain", { chainId: "0x3" })).toEqual(refused(4902));
  });

  test("declines as long as it is told to, and records each call", async () => {
    const { call, made } = await wallet({ rejects: ["eth_requestAccounts"] });
    expect(await call("eth_requestAccounts")).toEqual(refused(4001));
    made.rejects.clear();
    expect(await call("eth_requestAccounts")).toEqual({ result: [BUYER] });
    expect(made.calls.map(({ method }) => method)).toEqual(["eth_requestAccounts", "eth_requestAccounts"]);
  });
});

test("the test in README.md is the one that tests/browser runs", async () => {
  const read = (file: string) => readFile(join(import.meta.dirname, file), "utf8");
  const spec = await read("../../tests/browser/shop.spec.ts");
  const shown = spec.replace("../../web/dist/testing/index.js", "checkout-sdk/testing");
  expect(await read("../README.md")).toContain(shown);
});
