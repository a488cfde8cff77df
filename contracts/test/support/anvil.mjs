// A development chain of one's own: started on a free port, gone when the process that asked for it is.

import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { here } from "../../compile.mjs";

const PACKAGED = fileURLToPath(here("node_modules/@foundry-rs/anvil-linux-amd64/bin/anvil"));
const START_TIMEOUT_MS = 30_000;

// Named, so that what gas is measured does not change with anvil's idea of the latest.
const HARDFORK = "osaka";

function executable() {
  if (process.env.ANVIL) return process.env.ANVIL;
  if (existsSync(PACKAGED)) return PACKAGED;
  throw new Error("npm has no anvil for this platform: install Foundry and set ANVIL to the path of its anvil");
}

// Ends the chain also when this process is ended, by the test runner's timeout or by hand. The chain is this
// process's own child, so its handle is enough and no process has to be looked for.
function endWithThisProcess(child) {
  const end = () => child.kill("SIGKILL");
  process.once("exit", end);
  // The test runner answers an error outside of tests by ending without an exit event; this one comes before.
  process.once("uncaughtExceptionMonitor", end);
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.once(signal, () => process.exit(1));
}

function announcedUrl(child) {
  return new Promise((resolve, reject) => {
    let said = "";
    const timer = setTimeout(() => fail("did not start in time"), START_TIMEOUT_MS);
    const fail = (what) => {
      clearTimeout(timer);
      child.kill("SIGKILL");
      reject(new Error(`anvil ${what}\n${said}`));
    };
    child.once("error", (error) => fail(error.message));
    child.once("exit", (code) => fail(`ended with ${code}`));
    child.stderr.on("data", (chunk) => (said += chunk));
    child.stdout.on("data", (chunk) => {
      said += chunk;
      const listening = said.match(/Listening on (\S+:\d+)/);
      if (!listening) return;
      clearTimeout(timer);
      resolve(`http://${listening[1]}`);
    });
  });
}

export async function startAnvil(hardfork = HARDFORK) {
  const options = ["--host", "127.0.0.1", "--port", "0", "--hardfork", hardfork];
  // The limit per transaction is part of that fork; anvil leaves it out unless told.
  if (hardfork === HARDFORK) options.push("--enable-tx-gas-limit");
  const child = spawn(executable(), options, { stdio: ["ignore", "pipe", "pipe"] });
  endWithThisProcess(child);
  const url = await announcedUrl(child);
  const stop = () =>
    new Promise((resolve) => {
      if (child.exitCode !== null || child.signalCode !== null) return resolve();
      child.once("exit", resolve);
      child.kill("SIGKILL");
    });
  return { url, stop };
}
