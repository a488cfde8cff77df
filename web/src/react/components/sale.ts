/** What a component sells, and the session's request that it becomes. */
import { parseUnits } from "../../core/amounts.js";
import type { CreateCheckoutSessionRequest, Display, PaymentOptions, PaymentToken } from "../../types/index.js";
import { amountText, displayItems, type CartLine } from "./cart.js";
import { PropError, type PropNames } from "./problems.js";
import type { SharedProps } from "./props.js";

export interface Sale {
  names: PropNames;
  recipient: string | undefined;
  chain: number | undefined;
  token: string | undefined;
  /** In base units; null where the buyer types it. */
  amount: string | null;
  lines: CartLine[];
  /** The texts for the buyer, but for the lines and prices. */
  display: Display;
  /** The request, but for payment terms and texts. */
  session: Omit<CreateCheckoutSessionRequest, "payment" | "display">;
}

/** The token as the deployment describes it; null where it does not. */
export function tokenOf({ chain, token }: Sale, options: PaymentOptions | undefined): PaymentToken | null {
  const tokens = options?.chains.find((it) => it.chain === chain)?.tokens ?? [];
  return tokens.find(({ address }) => address.toLowerCase() === token?.toLowerCase()) ?? null;
}

/** Throws a `PropError` that names the properties without which nothing can be sold. */
export function checkComplete({ names, recipient, chain, token, amount }: Sale): void {
  const given = { recipient, chain, token } as const;
  const missing = (["recipient", "chain", "token"] as const).filter((name) => !given[name]);
  if (missing.length > 0) throw new PropError(`Give ${missing.map((name) => names[name]).join(", ")}`);
  if (amount !== null && !/^0*[1-9]\d*$/.test(amount)) {
    throw new PropError(`${names.amount} must be an amount in base units above 0, not ${JSON.stringify(amount)}`);
  }
}

/** Reads what the buyer has typed. Throws an error with a sentence for the buyer. */
export function typedAmount(sale: Sale, token: PaymentToken | null, text: string): string {
  if (!token) {
    throw new PropError(
      `The deployment does not list the token ${sale.token} on chain ${sale.chain}: give ${sale.names.amount}`,
    );
  }
  try {
    const amount = parseUnits(text.trim(), token.decimals);
    if (amount > 0n) return String(amount);
  } catch (error) {
    if (error instanceof RangeError) throw new PropError(`${token.symbol} has ${token.decimals} decimals at most.`);
  }
  throw new PropError("Enter an amount such as 12.5.");
}

function displayOf({ lines, display }: Sale, amount: string, token: PaymentToken | null): Display {
  if (lines.length === 0) return display;
  const items = displayItems(lines, token);
  return { ...display, items, ...(token && { price_text: amountText(BigInt(amount), token) }) };
}

/** The request of a complete sale. Equal sales give equal requests. */
export function requestOf(sale: Sale, amount: string, token: PaymentToken | null): CreateCheckoutSessionRequest {
  const terms = { chain: sale.chain as number, token_address: sale.token as string, amount: String(BigInt(amount)) };
  const display = displayOf(sale, amount, token);
  return {
    ...sale.session,
    payment: { recipient_address: sale.recipient as string, options: [terms] },
    ...(Object.keys(display).length > 0 && { display }),
  };
}

/** Names what the buyer is shown and pays. Another sale in the same component gets another session. */
export function saleKey({ recipient, chain, token, amount, lines, display, session }: Sale): string {
  const cart = lines.map(({ name, quantity, amount: price }) => [name, quantity, String(price)]);
  return JSON.stringify([recipient, chain, token, amount, cart, display, session]);
}

/** The part of the request that all components make alike. */
export function sessionOf(
  { checkoutSession = {}, callbackMetadata, clientReferenceId }: SharedProps,
  metadata: object | undefined = callbackMetadata,
): Sale["session"] {
  const { success_url, cancel_url, client_reference_id = clientReferenceId, expires_in } = checkoutSession;
  const all = { ...metadata, ...checkoutSession.metadata };
  return {
    ...(success_url !== undefined && { success_url }),
    ...(cancel_url !== undefined && { cancel_url }),
    ...(client_reference_id !== undefined && { client_reference_id }),
    ...(expires_in !== undefined && { expires_in }),
    ...(Object.keys(all).length > 0 && { metadata: all }),
  };
}

/** The texts that all components make alike. */
export function textsOf({ lang, theme }: SharedProps, color = theme?.brandColor): Display {
  return { ...(lang && { locale: lang }), ...(color && { theme: { color } }) };
}
