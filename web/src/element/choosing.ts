/** A buyer's choice of a payment option, which creates the session's order. */
import { CheckoutError } from "../sdk/errors.js";
import type { CheckoutClient } from "../sdk/client.js";
import { isPassing } from "../sdk/transport.js";
import type { CheckoutSession, CreateOrderRequest } from "../types/index.js";

/** The pause after a request that did not arrive. */
const RETRY_MILLIS = 3_000;

/** The order that pays a session with an option, `<chain>:<token>`; null if it is none of the session's options. */
function orderOf({ id, payment }: CheckoutSession, choice: string): CreateOrderRequest | null {
  const option = payment?.options.find(({ chain, token_address }) => `${chain}:${token_address}` === choice);
  if (!payment || !option) return null;
  const { chain, token_address: token, amount } = option;
  return {
    type: "swap",
    checkoutSessionId: id,
    recipientAddress: payment.recipient_address,
    srcChain: chain,
    dstChain: chain,
    srcTokenAddress: token,
    dstTokenAddress: token,
    srcAmount: amount,
    payload: { expectedDstAmount: amount },
  };
}

/**
 * Ensures that the session has an order, or that the API refuses one: the session has another order, or has ended. The
 * page shows which. Tries until the API answers, or until the signal aborts.
 */
export async function choose(
  client: CheckoutClient,
  sessionId: string,
  choice: string,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    try {
      const order = orderOf(await client.getCheckoutSession(sessionId, { signal }), choice);
      // Two tabs that choose the same send the same request, and get the same order.
      const idempotencyKey = `${sessionId}/${choice}`;
      if (order) await client.createOrder(order, { signal, idempotencyKey });
      return;
    } catch (error) {
      if (!(error instanceof CheckoutError) || !isPassing(error)) return;
      await new Promise((resolve) => setTimeout(resolve, RETRY_MILLIS));
    }
  }
}
