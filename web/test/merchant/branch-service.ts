// As code written for upstream's branch calls it: the envelope, and keys by call.
import { anyspendService } from "@b3dotfun/sdk/anyspend/services/anyspend";
import type { CheckoutSession, CreateCheckoutSessionRequest } from "@b3dotfun/sdk/anyspend";

export async function statusOfNew(request: CreateCheckoutSessionRequest): Promise<[string, CheckoutSession["status"]]> {
  const created = await anyspendService.createCheckoutSession(request, { partnerId: "partner", accessToken: "token" });
  if (created.statusCode !== 200) throw new Error(created.message);
  const { data } = await anyspendService.getCheckoutSession(created.data.id);
  const sku: string = data.metadata.sku;
  return [sku, data.status];
}
