/** Exact amounts: base units and decimals, by integers alone. */

const DIGITS = /^\d+$/;
const DECIMAL = /^(\d+)(?:\.(\d*))?$|^\.(\d+)$/;

function checkDecimals(decimals: number): void {
  if (!Number.isInteger(decimals) || decimals < 0 || decimals > 255) throw new RangeError(`decimals is ${decimals}`);
}

/** `formatUnits("1500000", 6)` is `"1.5"`. Every digit is kept, and no zeros follow the last one. */
export function formatUnits(amount: string | bigint, decimals: number): string {
  checkDecimals(decimals);
  const digits = String(amount);
  if (!DIGITS.test(digits)) throw new SyntaxError(`"${digits}" is not an amount in base units`);
  const padded = BigInt(digits)
    .toString()
    .padStart(decimals + 1, "0");
  const point = padded.length - decimals;
  const fraction = padded.slice(point).replace(/0+$/, "");
  return padded.slice(0, point) + (fraction && `.${fraction}`);
}

/** `parseUnits("1.5", 6)` is `1500000n`. Digits that the token cannot hold are an error, and are never rounded. */
export function parseUnits(text: string, decimals: number): bigint {
  checkDecimals(decimals);
  const found = DECIMAL.exec(text);
  if (!found) throw new SyntaxError(`"${text}" is not a decimal amount`);
  const fraction = (found[2] ?? found[3] ?? "").replace(/0+$/, "");
  if (fraction.length > decimals) throw new RangeError(`"${text}" has more than ${decimals} decimals`);
  return BigInt((found[1] ?? "") + fraction.padEnd(decimals, "0") || "0");
}

/** The least amount that pays an option, as the API computes it: the tolerance is rounded down. */
export function leastAmount(amount: bigint, toleranceBps: number): bigint {
  return amount - (amount * BigInt(toleranceBps)) / 10_000n;
}
