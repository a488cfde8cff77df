/** The shop's settings, from the environment. */
export const settings = {
  port: Number(process.env.PORT ?? 4000),
  /** The URL at which buyers reach the shop, if that is not the port on this machine. */
  shopUrl: process.env.SHOP_URL,
  /** The deployment of the checkout service. */
  api: process.env.CHECKOUT_URL ?? "http://127.0.0.1:3000",
  /** Needed where API keys are on. It stays on this server. */
  apiKey: process.env.CHECKOUT_KEY,
  /** The secrets of the webhook endpoint: two while one is rotated. */
  webhookSecrets: (process.env.WEBHOOK_SECRETS ?? "").split(",").filter(Boolean),
  /** The shop's own address, which gets the money. */
  recipient: process.env.RECIPIENT ?? "0xa7539d73700b1726ebe1eef9d4d8ccdf3f4e3b44",
};
