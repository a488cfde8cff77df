/** The client with shared settings, under both of upstream's names. */
import { clientOf, type CheckoutClient } from "./client.js";
import { sharedConfig } from "./config.js";
import { webhooks } from "./webhooks.js";

/** Uses the settings of `configure`, or `NEXT_PUBLIC_ANYSPEND_BASE_URL`. */
export const anyspend: CheckoutClient & { webhooks: typeof webhooks } = /* @__PURE__ */ Object.assign(
  /* @__PURE__ */ clientOf(sharedConfig),
  { webhooks },
);

export const anyspendService: typeof anyspend = anyspend;
