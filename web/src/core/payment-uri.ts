/** ERC-681 URIs, as wallets read them from QR codes and links. */
import type { Address, BaseUnits, ChainId } from "../types/index.js";

const EVM_ADDRESS = /^0x[0-9a-fA-F]{40}$/;

/** The token address that stands for a chain's native token. */
export const NATIVE_TOKEN = "0x0000000000000000000000000000000000000000";

export const isNative = (token: Address): boolean => token === NATIVE_TOKEN;

export interface PaymentUriRequest {
  chain: ChainId;
  token: Address;
  /** The deposit address. */
  to: Address;
  /** Left out where any amount pays. */
  amount?: BaseUnits | bigint | null;
}

/**
 * The URI of a payment. A token's URI names its contract first and calls its `transfer`: without that, wallets would
 * send the money to the contract. Amounts are base units, since a fraction could be rounded.
 */
export function paymentUri({ chain, token, to, amount }: PaymentUriRequest): string {
  for (const address of [token, to]) {
    if (!EVM_ADDRESS.test(address)) throw new SyntaxError(`"${address}" is not an EVM address`);
  }
  if (!Number.isSafeInteger(chain) || chain < 1) throw new RangeError(`"${chain}" is not a chain id`);
  const units = amount === undefined || amount === null ? null : BigInt(amount);
  if (units !== null && units < 1n) throw new RangeError(`"${amount}" is not an amount to pay`);
  const query = (name: string) => (units === null ? "" : `${name}=${units}`);
  if (isNative(token)) return `ethereum:${to}@${chain}${units === null ? "" : "?"}${query("value")}`;
  return `ethereum:${token}@${chain}/transfer?address=${to}${units === null ? "" : "&"}${query("uint256")}`;
}
