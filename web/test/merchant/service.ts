// As the service's documents have it, in two functions because both name their result alike.
import { anyspend } from "@b3dotfun/sdk/anyspend";

export async function create() {
  // Create a checkout session
  const session = await anyspend.createCheckoutSession({
    success_url: "https://mysite.com/success/{SESSION_ID}",
    metadata: { sku: "widget-1" },
  });
  return session;
}

export async function retrieve(sessionId: string) {
  // Retrieve session status
  const session = await anyspend.getCheckoutSession(sessionId);
  return session;
}
