/** `checkout-sdk/testing`, as web/ builds it, with the local server that cargo builds and the anvil of this package. */
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const anvil = here("node_modules/@foundry-rs/anvil-linux-amd64/bin/anvil");

process.env.CHECKOUT_SERVER ??= here("../../target/debug/local");
// Elsewhere than on Linux on x86-64, one that is installed.
if (existsSync(anvil)) process.env.ANVIL ??= anvil;

export * from "../../web/dist/testing/index.js";

/** Calls the API where its client has no call. Returns the answer's data. */
export async function ask({ url }, method, path, body) {
  const answer = await fetch(url + path, { method, body: body && JSON.stringify(body) });
  const { data, message } = await answer.json();
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${message}`);
  return data;
}
