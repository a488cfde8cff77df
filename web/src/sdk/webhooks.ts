/** Verifying webhook messages, as the Standard Webhooks specification says. */
import type { WebhookEvent } from "../types/index.js";
import { CheckoutError, type WebhookErrorCode } from "./errors.js";

export type WebhookHeaders = Headers | Record<string, string | string[] | undefined>;

export interface VerifyOptions {
  /** The seconds that the message's time may be off. Default 300. */
  tolerance?: number;
  /** The present time in milliseconds since the Unix epoch, for tests. */
  now?: number;
}

/** More signatures than this are not looked at, so that a message costs little time. The service sends at most 5. */
const MOST_SIGNATURES = 20;
const refuse = (code: WebhookErrorCode, message: string) => new CheckoutError(message, { code });

const encode = (text: string) => new TextEncoder().encode(text);

function bytesOfBase64(text: string): Uint8Array<ArrayBuffer> | null {
  try {
    return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  } catch {
    return null;
  }
}

function header(headers: WebhookHeaders, name: string): string {
  const found =
    typeof headers.get === "function"
      ? (headers as Headers).get(name)
      : Object.entries(headers).find(([key]) => key.toLowerCase() === name)?.[1];
  const value = Array.isArray(found) ? found.join(" ") : found;
  if (value) return value;
  throw refuse("missing_header", `The message has no header ${name}`);
}

function checkTime(text: string, { tolerance = 300, now = Date.now() }: VerifyOptions): void {
  if (!/^\d+$/.test(text)) throw refuse("invalid_timestamp", "The time is no number");
  if (Math.abs(now / 1000 - Number(text)) <= tolerance) return;
  throw refuse("outside_tolerance", `The time is more than ${tolerance} seconds off`);
}

async function keyOf(secret: string): Promise<CryptoKey> {
  const bytes = bytesOfBase64(secret.replace(/^whsec_/, ""));
  if (!bytes?.length) throw refuse("invalid_secret", "A secret is whsec_ and base64");
  return crypto.subtle.importKey("raw", bytes, { name: "HMAC", hash: "SHA-256" }, false, ["verify"]);
}

function signedBytes(id: string, time: string, payload: string | Uint8Array): Uint8Array<ArrayBuffer> {
  const head = encode(`${id}.${time}.`);
  const body = typeof payload === "string" ? encode(payload) : payload;
  const all = new Uint8Array(head.length + body.length);
  all.set(head);
  all.set(body, head.length);
  return all;
}

function signaturesOf(text: string): Uint8Array<ArrayBuffer>[] {
  const own = text
    .split(" ")
    .slice(0, MOST_SIGNATURES)
    .filter((part) => part.startsWith("v1,"));
  return own.map((part) => bytesOfBase64(part.slice(3))).filter((bytes) => bytes !== null);
}

function parse(payload: string | Uint8Array): WebhookEvent {
  try {
    return JSON.parse(typeof payload === "string" ? payload : new TextDecoder().decode(payload));
  } catch {
    throw refuse("invalid_body", "The message is not JSON");
  }
}

/**
 * Verifies a message and returns its event. `payload` is the raw body, before any parsing. Several secrets are for the
 * time in which an old one and a new one are in use. Deduplicate by the event's `id`.
 */
async function verify(
  payload: string | Uint8Array,
  headers: WebhookHeaders,
  secrets: string | readonly string[],
  options: VerifyOptions = {},
): Promise<WebhookEvent> {
  const [id, time, given] = ["webhook-id", "webhook-timestamp", "webhook-signature"].map((name) =>
    header(headers, name),
  ) as [string, string, string];
  checkTime(time, options);
  const keys = await Promise.all([secrets].flat().map(keyOf));
  const message = signedBytes(id, time, payload);
  // WebCrypto compares in constant time.
  const checks = signaturesOf(given).flatMap((signature) =>
    keys.map((key) => crypto.subtle.verify("HMAC", key, signature, message)),
  );
  if ((await Promise.all(checks)).includes(true)) return parse(payload);
  throw refuse("no_matching_signature", "No signature fits a secret");
}

export const webhooks = { verify };
