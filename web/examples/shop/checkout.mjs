/** The merchant's side of the checkout: sessions with payment terms, and webhooks. */
import { createClient, webhooks } from "checkout-sdk";
import { LAMP, USDC_ON_BASE } from "./orders.mjs";

export class Checkout {
  #client;
  #settings;
  #book;

  constructor(settings, book) {
    this.#client = createClient({ baseUrl: settings.api, apiKey: settings.apiKey });
    this.#settings = settings;
    this.#book = book;
  }

  /** Opens an order and creates its session. The price is the catalogue's, whatever the browser says. */
  async buy(shopUrl) {
    const order = this.#book.open(LAMP);
    const session = await this.#client.createCheckoutSession(
      {
        client_reference_id: order.id,
        success_url: `${shopUrl}/thanks?order=${order.id}`,
        cancel_url: `${shopUrl}/`,
        payment: {
          recipient_address: this.#settings.recipient,
          options: [{ ...USDC_ON_BASE, amount: LAMP.amount }],
        },
        display: {
          merchant_name: "Lantern & Sons",
          title: LAMP.name,
          items: [{ name: LAMP.name, price_text: LAMP.text }],
        },
      },
      // Sent again after a lost answer, this creates no second session.
      { idempotencyKey: order.id },
    );
    order.sessionId = session.id;
    return { order, session };
  }

  /** The event of a webhook message. Throws for a message that the service has not signed. */
  verify(body, headers) {
    return webhooks.verify(body, headers, this.#settings.webhookSecrets);
  }

  /** Ships what has been paid. The same event may come twice. */
  async handle(event) {
    if (event.type !== "checkout.session.completed") return;
    // Read again: the session as it is now decides, not a message about it.
    const session = await this.#client.getCheckoutSession(event.checkout_session_id);
    const order = this.#book.ofSession(session.id);
    if (order && this.#isPaid(session)) this.#book.ship(order);
  }

  /** True if the shop has been paid the price, in its token, at its address. */
  #isPaid({ status, paid }) {
    return (
      status === "complete" &&
      paid !== null &&
      paid.recipient_address === this.#settings.recipient.toLowerCase() &&
      paid.chain === USDC_ON_BASE.chain &&
      paid.token_address === USDC_ON_BASE.token_address &&
      BigInt(paid.amount) >= BigInt(LAMP.amount)
    );
  }
}
