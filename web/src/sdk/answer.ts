/** Reading answers: the envelope, and errors in and outside it. */
import type { Answer, Envelope } from "../types/index.js";
import { CheckoutError } from "./errors.js";

/** Returns the data with its envelope's members beside it, where enumeration does not see them. */
export function withEnvelope<Data extends object>(envelope: Envelope<Data>): Answer<Data> {
  const data = { ...envelope.data };
  for (const [name, value] of Object.entries({ ...envelope, data })) Object.defineProperty(data, name, { value });
  return data as Answer<Data>;
}

/** The seconds that a `Retry-After` header asks for, as a number or as a date. */
export function retryAfterOf(headers: Headers, now = Date.now()): number | null {
  const text = headers.get("retry-after");
  if (!text) return null;
  const seconds = /^\d+$/.test(text) ? Number(text) : (Date.parse(text) - now) / 1000;
  return seconds >= 0 ? seconds : null;
}

const GATEWAY_CODES: Record<number, string> = { 413: "body_too_large", 429: "too_many_requests", 503: "unavailable" };

/** The error of an answer. API Gateway's own answers have no envelope, so their code comes from their status. */
function errorOf(response: Response, body: unknown): CheckoutError {
  const { message, error } = (body ?? {}) as { message?: string; error?: Record<string, string | null> };
  const { status, headers } = response;
  return new CheckoutError(message || `The API answered with the status ${status}`, {
    ...error,
    status,
    code: error?.code ?? GATEWAY_CODES[status] ?? "http_error",
    requestId: error?.requestId ?? headers.get("apigw-requestid"),
    retryAfter: retryAfterOf(headers),
  });
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Reads a response to its end. Throws a `CheckoutError` unless it is a success in the envelope. */
export async function readAnswer<Data extends object>(response: Response): Promise<Answer<Data>> {
  // Apart from parsing, so that a connection that breaks in the middle is not taken for another server's answer.
  const body = parse(await response.text()) as Envelope<Data> | undefined;
  if (!response.ok) throw errorOf(response, body);
  if (body?.success && typeof body.data === "object" && body.data) return withEnvelope(body);
  throw new CheckoutError("The answer is not one of this API: check baseUrl", {
    status: response.status,
    code: "invalid_answer",
  });
}
