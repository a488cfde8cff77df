// The API, as `cargo run` serves it, in a process group of its own: what cargo starts to build it ends with it.

import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { here } from "../compile.mjs";
import { Advice } from "./narrator.mjs";

const REPOSITORY = fileURLToPath(here("../"));
// A first build on a slow machine.
const START_TIMEOUT_MS = 45 * 60_000;
const ANSWER_TIMEOUT_MS = 10_000;
const STOP_TIMEOUT_MS = 8_000;

// Settings that would make it another API than the one that is shown. Empty counts as not given.
const DEFAULTS = { API_KEYS: "", CHAINS: "", FORWARDER_FACTORY: "", FORWARDER_CREATION_CODE: "" };

// What cargo says of work that goes well.
const CHATTER = /^\s+(Blocking|Compiling|Downloaded|Downloading|Finished|Locking|Running|Updating) /;

export class Api {
  // `options` are those of `cargo run --`.
  constructor(options) {
    // The last lines of cargo and of the API, which keep to stderr what is not an announcement.
    this.said = [];
    this.compiled = 0;
    this.child = spawn("cargo", ["run", "--", "--port", "0", ...options], {
      cwd: REPOSITORY,
      env: { ...process.env, ...DEFAULTS },
      stdio: ["ignore", "pipe", "pipe"],
      detached: true,
    });
    this.ended = new Promise((resolve) => {
      this.child.once("error", (error) => resolve(error));
      this.child.once("exit", (code, signal) => resolve(new Error(`it ended with ${signal ?? code}`)));
    });
    // At the latest when this process ends, however it does.
    this.kill = () => this.signal("SIGKILL");
    process.once("exit", this.kill);
  }

  // Resolves once requests are taken. `progress` hears once a second what cargo is at.
  async ready(progress) {
    const announced = new Promise((resolve) => {
      createInterface({ input: this.child.stdout }).on("line", (line) => {
        const url = line.match(/^Checkout API on (http:\S+)/);
        if (url) resolve(url[1]);
      });
    });
    createInterface({ input: this.child.stderr }).on("line", (line) => this.hear(line));
    const ticking = setInterval(() => progress(this.activity()), 1000);
    const timer = new AbortController();
    const late = sleep(START_TIMEOUT_MS, new Error("it took too long"), { signal: timer.signal }).catch(() => {});
    const first = await Promise.race([announced, this.ended, late]);
    clearInterval(ticking);
    timer.abort();
    if (first instanceof Error) throw this.advice(first);
    this.url = first;
  }

  hear(line) {
    if (/^\s+Compiling /.test(line)) this.compiled += 1;
    if (line.trim()) this.said = [...this.said, line.trimEnd()].slice(-40);
  }

  activity() {
    const said = this.said.at(-1)?.trim() ?? "";
    if (/^Blocking waiting for file lock/.test(said)) return "waits for another cargo to finish";
    const crate = said.match(/^Compiling (\S+)/);
    return crate ? `compiles ${crate[1]}, crate number ${this.compiled} that was not built yet` : said;
  }

  advice(error) {
    if (error.code === "ENOENT") {
      return new Advice("Rust's cargo was not found. Install it from https://rustup.rs, open a new shell, run this again.");
    }
    const said = this.said.filter((line) => !CHATTER.test(line)).join("\n");
    const alone = "`cargo run` in the repository's root shows it alone.";
    return new Advice(`The API did not run: ${error.message}. ${alone}\n\n${said}`);
  }

  async request(method, path, body) {
    const signal = AbortSignal.timeout(ANSWER_TIMEOUT_MS);
    const request = fetch(this.url + path, { method, signal, body: body && JSON.stringify(body) });
    const failed = (error) => new Error(`it did not answer ${method} ${path} (${error.cause?.message ?? error.message})`);
    const response = await request.catch(async (error) => {
      throw this.advice(await Promise.race([this.ended, sleep(200, failed(error))]));
    });
    const answer = await response.json();
    if (!answer.success) throw new Advice(`${method} ${path} was answered with ${answer.statusCode}: ${answer.message}`);
    return answer.data;
  }

  signal(name) {
    try {
      process.kill(-this.child.pid, name);
    } catch {
      // Nothing of it is left.
    }
  }

  async stop() {
    if (this.child.pid === undefined) return;
    this.signal("SIGTERM");
    const timer = new AbortController();
    await Promise.race([this.ended, sleep(STOP_TIMEOUT_MS, null, { signal: timer.signal }).catch(() => {})]);
    timer.abort();
    this.kill();
    process.removeListener("exit", this.kill);
  }
}
