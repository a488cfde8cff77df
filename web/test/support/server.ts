/** The real local server, started for one file of tests and ended by its process id. */
import { spawn, type ChildProcess } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";

const BINARY = process.env.CHECKOUT_SERVER ?? join(import.meta.dirname, "../../../target/debug/local");

export interface Server {
  url: string;
  /** Applies evidence to an order, as the local server's test helper takes it. */
  evidence(orderId: string, pieces: object | object[]): Promise<void>;
  /** Moves the server's clock forward. Returns its time in milliseconds. */
  advance(seconds: number): Promise<number>;
  stop(): Promise<void>;
}

async function post(url: string, body: unknown): Promise<unknown> {
  const response = await fetch(url, { method: "POST", body: JSON.stringify(body) });
  if (!response.ok) throw new Error(`${url} answered ${response.status}: ${await response.text()}`);
  return response.json();
}

/** The address that the server prints once it listens. */
function addressOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let output = "";
    child.on("error", reject);
    child.on("exit", (code) => reject(new Error(`The local server ended with ${code}: ${output}`)));
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on("data", (chunk) => {
        output += chunk;
        const found = /Checkout API on (http:\/\/\S+)/.exec(output);
        if (found) resolve(found[1] as string);
      });
    }
  });
}

export async function startServer(...options: string[]): Promise<Server> {
  if (!existsSync(BINARY)) {
    throw new Error(`There is no local server at ${BINARY}: run \`cargo build -p local\`, or set CHECKOUT_SERVER`);
  }
  const child = spawn(BINARY, ["--port", "0", ...options], { stdio: ["ignore", "pipe", "pipe"] });
  const kill = () => child.kill();
  process.once("exit", kill);
  const url = await addressOf(child);
  return {
    url,
    evidence: async (orderId, pieces) => void (await post(`${url}/test-helpers/orders/${orderId}/evidence`, pieces)),
    advance: async (seconds) => {
      const { now } = (await post(`${url}/test-helpers/clock`, { advance: seconds })) as { now: string };
      return Date.parse(now);
    },
    stop: async () => {
      process.off("exit", kill);
      const ended = new Promise((resolve) => child.once("exit", resolve));
      child.kill();
      await ended;
    },
  };
}
