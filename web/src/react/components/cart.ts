/** The cart of a checkout: its lines and its sum, in base units. */
import { formatUnits } from "../../core/amounts.js";
import type { DisplayItem, PaymentToken } from "../../types/index.js";
import { PropError } from "./problems.js";
import type { AnySpendCheckoutProps, Charge } from "./props.js";

export interface CartLine {
  name: string;
  quantity: number;
  /** The price of one. Below 0 for a deduction. */
  amount: bigint;
  description?: string;
  image?: string;
}

export interface Cart {
  lines: CartLine[];
  total: bigint;
}

/** An amount in base units, by the name of its property. */
export function unitsOf(name: string, text: unknown, pattern = /^\d+$/): bigint {
  if (pattern.test(String(text))) return BigInt(text as string);
  throw new PropError(`${name} must be an amount in base units, not ${JSON.stringify(text)}`);
}

function chargeLine(prop: string, label: string, charge: Charge | undefined, sign: 1n | -1n): CartLine[] {
  if (charge === undefined) return [];
  const { amount, label: own = label, ...more } = typeof charge === "object" ? charge : { amount: charge };
  const detail = more.rate ?? more.code;
  const name = detail ? `${own} (${detail})` : own;
  return [{ name, quantity: 1, amount: sign * unitsOf(prop, amount) }];
}

function itemLines(items: AnySpendCheckoutProps["items"] = []): CartLine[] {
  return items.map(({ name, quantity, amount, description, imageUrl, metadata = {} }, at) => {
    if (!Number.isInteger(quantity) || quantity < 1) throw new PropError(`items[${at}].quantity must be 1 or more`);
    const details = Object.entries(metadata).map(([label, value]) => `${label}: ${value}`);
    return {
      ...{ name: [name, ...details].join(", "), quantity, amount: unitsOf(`items[${at}].amount`, amount) },
      ...(description && { description }),
      ...(imageUrl && { image: imageUrl }),
    };
  });
}

/** Reads the cart. `totalAmount` overrides the sum. Throws a `PropError` for an amount that is none. */
export function cartOf(props: AnySpendCheckoutProps): Cart {
  const { items, totalAmount, shipping, tax, discount, summaryLines = [] } = props;
  const lines = [
    ...itemLines(items),
    ...chargeLine("shipping", "Shipping", shipping, 1n),
    ...chargeLine("tax", "Tax", tax, 1n),
    ...chargeLine("discount", "Discount", discount, -1n),
    ...summaryLines.map(({ label, amount }, at) => {
      return { name: label, quantity: 1, amount: unitsOf(`summaryLines[${at}].amount`, amount, /^-?\d+$/) };
    }),
  ];
  const sum = lines.reduce((total, { amount, quantity }) => total + amount * BigInt(quantity), 0n);
  return { lines, total: totalAmount === undefined ? sum : unitsOf("totalAmount", totalAmount) };
}

/** An amount with its token's symbol, every digit of it. */
export function amountText(amount: bigint, { decimals, symbol }: PaymentToken): string {
  const sign = amount < 0n ? "−" : "";
  return `${sign}${formatUnits(amount < 0n ? -amount : amount, decimals)} ${symbol}`;
}

/** The lines as the buyer sees them. Without a token that the deployment describes, there are no prices. */
export function displayItems(lines: CartLine[], token: PaymentToken | null): DisplayItem[] {
  return lines.map(({ name, quantity, amount }) => ({
    ...{ name, quantity },
    ...(token && { price_text: amountText(amount, token) }),
  }));
}
