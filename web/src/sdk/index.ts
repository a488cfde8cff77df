export { CheckoutError, type CheckoutErrorCode, type CheckoutErrorDetails, type WebhookErrorCode } from "./errors.js";
export { configure, type ClientConfig } from "./config.js";
export {
  createClient,
  type CheckoutClient,
  type EventsOptions,
  type GetCheckoutSessionOptions,
  type ListCheckoutSessionsOptions,
} from "./client.js";
export type { CallOptions, CreateOptions } from "./transport.js";
export type { CheckoutSessionList, EventList } from "./pages.js";
export { webhooks, type VerifyOptions, type WebhookHeaders } from "./webhooks.js";
export { anyspend, anyspendService } from "./anyspend.js";
