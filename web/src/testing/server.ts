/** The local server, with what a test does to it from outside. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createClient, type CheckoutClient } from "../sdk/index.js";
import type { Chain } from "./chain.js";
import { startProgram } from "./program.js";

/** The buttons of the test panel. */
export const ACTIONS = [
  "pay",
  "pay-half",
  "pay-too-much",
  "pay-other-token",
  "finish",
  "reorganise",
  "fail",
  "pay-late",
  "expire",
  "wait-1",
  "wait-10",
  "wait-deadline",
] as const;

/**
 * A button of the test panel. `pay…` plays the buyer; `finish` is the delivery to the recipient; `reorganise` removes
 * the newest payment; `fail` lets the order fail; `wait-…` moves the clock by minutes, or past the deadline.
 */
export type Action = (typeof ACTIONS)[number];

export interface ServerOptions {
  /** Path of the local server. Without it, `CHECKOUT_SERVER`. */
  program?: string;
  /** More arguments of the local server, such as `--api-keys`. */
  args?: string[];
  env?: Record<string, string>;
  /** The chains to watch, with the tokens that they have by now. Orders on them are swept. */
  chains?: Pick<Chain, "chainId" | "url" | "tokens">[];
  /** Fields of the chains document for each of them, such as `confirmations`, which is 1 unless given. */
  chainSettings?: Record<string, unknown>;
}

export interface CheckoutServer {
  url: string;
  /** A client of this server, without an API key. */
  client: CheckoutClient;
  /** Presses a button of the test panel. `option` is the number of the payment option that `pay…` uses. */
  press(sessionId: string, action: Action, option?: number): Promise<void>;
  /** Sends evidence of an order, a piece or several, as the queue of a deployment would. */
  evidence(orderId: string, pieces: object | object[]): Promise<void>;
  /** Moves the server's clock forward. Returns its time, in milliseconds. */
  advanceClock(seconds: number): Promise<number>;
  stop(): Promise<void>;
}

const REMEDY =
  "Run `cargo build -p local` in the checkout service's repository, and set CHECKOUT_SERVER to its target/debug/local.";
/** The last of anvil's well-known accounts, which pays for the gas of sweeps. */
const GAS_KEY = "2a871d0798f97d79848a013d4936a73bf4cc922c825d33c1cf7073dff6d409c6";
const ETHER = { symbol: "ETH", name: "Ether", decimals: 18 };

/**
 * Starts a local server on a free port, with its database in memory.
 *
 * @throws If there is no such program; the message says how to get it.
 */
export async function startServer(options: ServerOptions = {}): Promise<CheckoutServer> {
  const program = options.program ?? process.env.CHECKOUT_SERVER;
  if (!program) throw new Error(`There is no local server. ${REMEDY}`);
  const folder = mkdtempSync(join(tmpdir(), "checkout-"));
  const remove = () => rmSync(folder, { recursive: true, force: true });
  process.once("exit", remove);
  const cleanUp = () => {
    process.off("exit", remove);
    remove();
  };
  try {
    const args = ["--port", "0", ...chainArguments(folder, options), ...(options.args ?? [])];
    const announcement = /Checkout API on (http:\/\/\S+)/;
    const running = await startProgram({ program, args, env: options.env, announcement, remedy: REMEDY });
    const stop = () => running.stop().finally(cleanUp);
    return { stop, ...helpersOf(running.announced) };
  } catch (error) {
    cleanUp();
    throw error;
  }
}

/** The arguments by which the server watches and sweeps chains; their files are put into `folder`. */
function chainArguments(folder: string, { chains = [], chainSettings }: ServerOptions): string[] {
  if (chains.length === 0) return [];
  const entries = chains.map(({ chainId, url, tokens }) => {
    const defaults = { confirmations: 1, poll_seconds: 0.1, native_token: ETHER };
    const named = {
      name: `Test chain ${chainId}`,
      rpc: [url],
      public_rpc: url,
      tokens: tokens.length ? tokens : "any",
    };
    return [chainId, { ...named, ...defaults, ...chainSettings }];
  });
  const [document, key] = [join(folder, "chains.json"), join(folder, "gas-key")];
  writeFileSync(document, JSON.stringify(Object.fromEntries(entries)));
  writeFileSync(key, GAS_KEY, { mode: 0o600 });
  return ["--chains", document, "--gas-key", key];
}

function helpersOf(url: string): Omit<CheckoutServer, "stop"> {
  return {
    url,
    client: createClient({ baseUrl: url }),
    press: async (sessionId, action, option = 0) => {
      const form = new URLSearchParams({ action, option: String(option) });
      await post(`${url}/test-helpers/sessions/${sessionId}`, form, action);
    },
    evidence: async (orderId, pieces) => {
      await post(`${url}/test-helpers/orders/${orderId}/evidence`, JSON.stringify(pieces), "evidence");
    },
    advanceClock: async (seconds) => {
      const answer = await post(`${url}/test-helpers/clock`, JSON.stringify({ advance: seconds }), "advanceClock");
      return Date.parse(((await answer.json()) as { now: string }).now);
    },
  };
}

async function post(url: string, body: string | URLSearchParams, name: string): Promise<Response> {
  const answer = await fetch(url, { method: "POST", body });
  if (answer.ok) return answer;
  const text = await answer.text();
  // The panel is a page, and says the reason in it.
  throw new Error(`${name}: ${/role="alert">([^<]*)/.exec(text)?.[1] ?? text}`);
}
