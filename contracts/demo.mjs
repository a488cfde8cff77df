// Plays a crypto payment on this machine, from the session to the recipient's balance, and says what happens.
//
// Everything is real but the money: a development chain, the contracts on it, and the API, which watches that chain
// and settles there. All of it is started here and ended here, whatever happens.

import { existsSync } from "node:fs";

const installed = (name) => existsSync(new URL(`node_modules/${name}`, import.meta.url));

// Looked at before anything else is loaded, because loading is what would fail.
function missing() {
  const { node } = process.versions;
  if (Number.parseInt(node, 10) < 20) return `Node ${node} is too old. Install Node 20 or newer: https://nodejs.org`;
  if (!["viem", "solc"].every(installed)) return "The packages are missing. Run `npm ci` in contracts/, then this again.";
  if (process.env.ANVIL || installed("@foundry-rs/anvil-linux-amd64")) return null;
  if (process.platform === "linux" && process.arch === "x64") {
    return "The development chain is missing. Run `npm ci` in contracts/ (not with --omit=optional), then this again.";
  }
  return (
    "npm has no anvil for this platform. Install Foundry (https://getfoundry.sh) and set ANVIL to the path of its anvil."
  );
}

const problem = missing();
if (problem) {
  console.error(problem);
  process.exitCode = 1;
} else {
  const { play } = await import("./demo/play.mjs");
  process.exitCode = await play();
}
