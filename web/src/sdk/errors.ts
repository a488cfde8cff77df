/** The errors that calls throw. */

/** The codes of openapi.yaml, those of failures that never reached the API, and those of webhook messages. */
export type CheckoutErrorCode =
  | "invalid_body"
  | "invalid_field"
  | "chain_not_supported"
  | "route_not_supported"
  | "payment_terms_not_met"
  | "body_too_large"
  | "unauthorized"
  | "forbidden"
  | "keys_off"
  | "session_not_found"
  | "session_not_open"
  | "session_has_order"
  | "idempotency_conflict"
  | "order_not_found"
  | "route_not_found"
  | "internal_error"
  | "unavailable"
  | "too_many_requests"
  | "network_error"
  | "timeout"
  | "invalid_answer"
  | "not_configured"
  | "http_error"
  | WebhookErrorCode
  | (string & {});

export type WebhookErrorCode =
  | "missing_header"
  | "invalid_timestamp"
  | "outside_tolerance"
  | "invalid_secret"
  | "no_matching_signature"
  | "invalid_body";

export interface CheckoutErrorDetails {
  status?: number;
  code: CheckoutErrorCode;
  param?: string | null;
  requestId?: string | null;
  retryAfter?: number | null;
  orderId?: string | null;
  cause?: unknown;
}

/** A call that failed, or a webhook message that is not to be trusted. Decide by `code`; `message` is for people. */
export class CheckoutError extends Error {
  override readonly name = "CheckoutError";
  /** The HTTP status; 0 where no answer came. */
  readonly status: number;
  readonly code: CheckoutErrorCode;
  /** The path of the field at fault, if one is. */
  readonly param: string | null;
  /** The request's id, by which the operator finds the cause in the log. */
  readonly requestId: string | null;
  /** The number of seconds to wait before the next try. */
  readonly retryAfter: number | null;
  /** The order that the session already has, with the code `session_has_order`. */
  readonly orderId: string | null;

  constructor(message: string, details: CheckoutErrorDetails) {
    const { status = 0, code, param = null, requestId = null, retryAfter = null, orderId = null, cause } = details;
    super(message, { cause });
    this.status = status;
    this.code = code;
    this.param = param;
    this.requestId = requestId;
    this.retryAfter = retryAfter;
    this.orderId = orderId;
  }
}
