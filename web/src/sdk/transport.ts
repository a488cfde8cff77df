/** One request: headers, retries that are safe, time limits and abort signals. */
import type { Answer } from "../types/index.js";
import { readAnswer } from "./answer.js";
import { baseUrlOf, type ClientConfig } from "./config.js";
import { CheckoutError } from "./errors.js";

export interface CallOptions {
  signal?: AbortSignal;
  /** Used in place of the client's `apiKey`. */
  apiKey?: string;
  /** Sent as `x-api-key`, as upstream does. */
  partnerId?: string;
  /** Sent as `Authorization: Bearer`, as upstream does. */
  accessToken?: string;
  /** Used in place of the client's `maxRetries`. */
  maxRetries?: number;
  /** Called with each answer, errors included, before its body is read. */
  onResponse?: (response: Response) => void;
}

export interface CreateOptions extends CallOptions {
  /** Used in place of a random one. The same key with the same request repeats the first answer. */
  idempotencyKey?: string;
}

export interface Call {
  method: "GET" | "POST";
  path: string;
  query?: Record<string, string | number | undefined>;
  body?: unknown;
  idempotencyKey?: string;
  options?: CallOptions;
}

/** In seconds. A caller would rather know than wait longer. */
const LONGEST_PAUSE = 60;

/** A random key. `crypto.randomUUID` is missing in pages that are not served over HTTPS. */
export function randomKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** An id as a segment of a path. Empty ids and dots would name another path. */
export function segment(id: string): string {
  const text = encodeURIComponent(id ?? "");
  if (/^\.{0,2}$/.test(text))
    throw new CheckoutError("The id must not be empty", { code: "invalid_field", param: "id" });
  return text;
}

/** Waits, unless the signal aborts first. */
function sleepOf(milliseconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => (clearTimeout(timer), reject(signal?.reason));
    const timer = setTimeout(() => (signal?.removeEventListener("abort", stop), resolve()), milliseconds);
    signal?.addEventListener("abort", stop, { once: true });
  });
}

function headersOf(config: ClientConfig, { body, idempotencyKey, options = {} }: Call): Record<string, string> {
  const { partnerId, accessToken = options.apiKey ?? config.apiKey } = options;
  return {
    ...(body !== undefined && { "content-type": "application/json" }),
    ...(accessToken && { authorization: `Bearer ${accessToken}` }),
    ...(partnerId && { "x-api-key": partnerId }),
    ...(idempotencyKey && { "idempotency-key": idempotencyKey }),
  };
}

function urlOf(config: ClientConfig, { path, query = {} }: Call): string {
  const given = Object.entries(query).filter(([, value]) => value !== undefined);
  const search = new URLSearchParams(given as [string, string][]).toString();
  return baseUrlOf(config) + path + (search && `?${search}`);
}

/** Sends a request once. The signal of a try ends it when the caller aborts, or when its time is up. */
async function attempt<Data extends object>(config: ClientConfig, call: Call, url: string): Promise<Answer<Data>> {
  const { signal, onResponse } = call.options ?? {};
  const own = new AbortController();
  const forward = () => own.abort(signal?.reason);
  signal?.throwIfAborted();
  signal?.addEventListener("abort", forward, { once: true });
  const limit = setTimeout(() => own.abort(), config.timeout ?? 30_000);
  try {
    const send = config.fetch ?? fetch;
    const response = await send(url, {
      method: call.method,
      headers: headersOf(config, call),
      // The bytes must be the same on each try, for the idempotency key to hold.
      body: call.body as string | undefined,
      signal: own.signal,
    });
    onResponse?.(response);
    return await readAnswer<Data>(response);
  } catch (cause) {
    signal?.throwIfAborted();
    if (own.signal.aborted) throw new CheckoutError("The API did not answer in time", { code: "timeout", cause });
    if (cause instanceof CheckoutError) throw cause;
    throw new CheckoutError("The API cannot be reached", { code: "network_error", cause });
  } finally {
    clearTimeout(limit);
    signal?.removeEventListener("abort", forward);
  }
}

/** True if a request that had this failure may be sent again: it did not arrive, or the API asks for it. */
export const isPassing = ({ status }: Pick<CheckoutError, "status">) =>
  status === 0 || status === 429 || status === 503;

/** Sends a request. It is sent again only if that is safe: when it reads, or has an idempotency key. */
export async function send<Data extends object>(config: ClientConfig, call: Call): Promise<Answer<Data>> {
  const { signal, maxRetries = config.maxRetries ?? 2 } = call.options ?? {};
  const url = urlOf(config, call);
  const ready = { ...call, body: JSON.stringify(call.body) };
  const isSafe = call.method === "GET" || call.idempotencyKey !== undefined;
  for (let tries = 0; ; tries++) {
    try {
      return await attempt<Data>(config, ready, url);
    } catch (error) {
      if (!isSafe || tries >= maxRetries || !(error instanceof CheckoutError) || !isPassing(error)) throw error;
      const seconds = error.retryAfter ?? 2 ** tries * (0.25 + Math.random() / 4);
      if (seconds > LONGEST_PAUSE) throw error;
      await (config.sleep ?? sleepOf)(seconds * 1000, signal);
    }
  }
}
