/** Settings of a client, and the ones that `configure` sets for `anyspend.*` and the hooks. */
import { CheckoutError } from "./errors.js";

export interface ClientConfig {
  /** The deployment's URL, such as the stack's output `ApiUrl`. */
  baseUrl?: string;
  /** A merchant's API key. Only for servers: a browser must not have one. */
  apiKey?: string;
  /** Used in place of the global `fetch`. */
  fetch?: typeof fetch;
  /** How often a request that is safe to repeat is sent again. Default 2. */
  maxRetries?: number;
  /** The milliseconds after which one try is given up. Default 30,000. */
  timeout?: number;
  /** Waits in place of the global timers, for tests. */
  sleep?: (milliseconds: number, signal?: AbortSignal) => Promise<void>;
}

let shared: ClientConfig = {};

/** Sets what `anyspend.*`, `anyspendService.*` and the hooks use. A later call replaces single settings. */
export function configure(config: ClientConfig): void {
  shared = { ...shared, ...config };
}

export const sharedConfig = (): ClientConfig => shared;

/** Upstream's variable. Bundlers replace this very text, and without one `process` may be missing altogether. */
declare const process: { env: Record<string, string | undefined> };
function baseUrlOfEnvironment(): string | undefined {
  try {
    return process.env.NEXT_PUBLIC_ANYSPEND_BASE_URL;
  } catch {
    return undefined;
  }
}

export function baseUrlOf(config: ClientConfig): string {
  const url = config.baseUrl || baseUrlOfEnvironment();
  if (url) return url.replace(/\/+$/, "");
  throw new CheckoutError("Set the deployment's URL: configure({ baseUrl }) or NEXT_PUBLIC_ANYSPEND_BASE_URL", {
    code: "not_configured",
  });
}
