/** `checkout-sdk/testing`, as web/ builds it, with the local server that cargo builds and the anvil of this package. */
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const anvil = here("node_modules/@foundry-rs/anvil-linux-amd64/bin/anvil");

process.env.CHECKOUT_SERVER ??= here("../../target/debug/local");
// Elsewhere than on Linux on x86-64, one that is installed.
if (existsSync(anvil)) process.env.ANVIL ??= anvil;

export * from "../../web/dist/testing/index.js";
