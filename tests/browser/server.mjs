/** The local server as a process of its own, and its API as a merchant and the test helpers use it. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";

const PROGRAM = process.env.CHECKOUT_SERVER ?? new URL("../../target/debug/local", import.meta.url).pathname;

/** Starts a server on a free port. `stop` ends it. */
export async function startServer(...options) {
  const child = spawn(PROGRAM, ["--port", "0", ...options], { stdio: ["ignore", "pipe", "inherit"] });
  const failed = once(child, "exit").then(([code]) => {
    throw new Error(`${PROGRAM} ended with ${code}`);
  });
  const url = await Promise.race([firstUrl(child.stdout), failed]);
  failed.catch(() => {});
  const stop = async () => {
    child.kill();
    await failed.catch(() => {});
  };
  return { url, stop, ...api(url) };
}

async function firstUrl(output) {
  for await (const line of createInterface({ input: output })) {
    const found = line.match(/^Checkout API on (\S+)/);
    if (found) {
      output.resume();
      return found[1];
    }
  }
  throw new Error("the server told no address");
}

function api(url) {
  const send = async (method, path, body) => {
    const answer = await fetch(url + path, { method, body: body && JSON.stringify(body) });
    const { data, message } = await answer.json();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${message}`);
    return data;
  };
  return {
    send,
    /** Moves the server's clock. */
    advance: async (seconds) => {
      const answer = await fetch(`${url}/test-helpers/clock`, { method: "POST", body: JSON.stringify({ advance: seconds }) });
      if (!answer.ok) throw new Error(`the clock: ${answer.status}`);
    },
    get: (path) => send("GET", path),
    post: (path, body = {}) => send("POST", path, body),
    /** Presses a button of the test panel. */
    press: async (session, action, option = 0) => {
      const form = new URLSearchParams({ action, option });
      const answer = await fetch(`${url}/test-helpers/sessions/${session}`, { method: "POST", body: form });
      if (!answer.ok) throw new Error(`${action}: ${answer.status} ${await answer.text()}`);
    },
  };
}
