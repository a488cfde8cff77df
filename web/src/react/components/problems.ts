/** Errors of a sale's properties, and the words for all errors that a component shows. */
import { CheckoutError } from "../../sdk/errors.js";

/** A property that cannot be sold by. Its message names the property. */
export class PropError extends Error {
  override readonly name = "PropError";
}

/** The properties from which the fields of a request are made. */
export type PropNames = Record<"recipient" | "chain" | "token" | "amount", string>;

const KEYS_NEEDED =
  "This shop cannot create checkouts in the browser: its deployment requires API keys. " +
  "Create the session on a server, and give createSession or sessionId.";

/** The property that a field of the request came from. Later rules are more general. */
function propOf(param: string, names: PropNames): string | null {
  const rules: [RegExp, string][] = [
    [/^payment\.recipient_address/, names.recipient],
    [/^payment\.options\[0\]\.chain/, names.chain],
    [/^payment\.options\[0\]\.token_address/, names.token],
    [/^payment\.options\[0\]\.amount/, names.amount],
    [/^display\.theme\.color/, "themeColor or theme.brandColor"],
    [/^display\.merchant_name/, "organizationName"],
    [/^display\.locale/, "lang"],
    [/^display\.description/, "items[0].description"],
    [/^display\.items\[(\d+)\]\.(name|quantity)/, "items[$1].$2"],
    [/^display$/, "items"],
    [/^(success_url|cancel_url|metadata|client_reference_id|expires_in)/, "checkoutSession.$1"],
  ];
  for (const [pattern, name] of rules) {
    const found = pattern.exec(param);
    if (found) return found[0].replace(pattern, name);
  }
  return null;
}

/** The sentence that a buyer and a developer read about an error. */
export function textOf(error: Error, names: PropNames): string {
  if (!(error instanceof CheckoutError)) return error.message;
  if (error.code === "unauthorized" || error.code === "forbidden") return KEYS_NEEDED;
  const prop = error.param && propOf(error.param, names);
  if (!prop) return error.message;
  return `${prop}: ${error.message}`;
}
