/** The example shop as a process of its own, with a webhook endpoint at the local server. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { ask } from "./checkout.mjs";

const FOLDER = fileURLToPath(new URL("../../web/examples/shop/", import.meta.url));

/** Starts the shop on a free port. `server` is the local server that it sells through. */
export async function startExampleShop(server) {
  if (!existsSync(`${FOLDER}node_modules/checkout-sdk/dist`)) {
    throw new Error("Install the shop first: (cd web && npm ci && npm run build && cd examples/shop && npm ci)");
  }
  // The endpoint comes first, since the shop needs its secret. Its URL follows, once the shop has a port.
  const endpoint = await ask(server, "POST", "/webhook-endpoints", { url: "http://127.0.0.1:9/hooks" });
  const env = { ...process.env, PORT: "0", CHECKOUT_URL: server.url, WEBHOOK_SECRETS: endpoint.secret };
  const child = spawn(process.execPath, ["server.mjs"], { cwd: FOLDER, env, stdio: ["ignore", "pipe", "inherit"] });
  const ended = once(child, "exit");
  const url = await Promise.race([urlOf(child.stdout), ended.then(([code]) => Promise.reject(new Error(`The shop ended with ${code}`)))]);
  await ask(server, "PATCH", `/webhook-endpoints/${endpoint.id}`, { url: `${url}/hooks` });
  const stop = async () => {
    child.kill();
    await ended;
  };
  return { url, endpoint, stop, order: async (id) => (await fetch(`${url}/order?order=${id}`)).json() };
}

async function urlOf(output) {
  for await (const line of createInterface({ input: output })) {
    const found = line.match(/^Shop on (\S+)/);
    if (!found) continue;
    output.resume();
    return found[1];
  }
  throw new Error("the shop told no address");
}
