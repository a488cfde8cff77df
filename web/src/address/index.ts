/** Deposit addresses, recomputed where the buyer is: a server that lies about one is found out. */
import { hasForwarders } from "./chains.js";
import { CREATION_CODE, FACTORY } from "./forwarder.js";
import { keccak256 } from "./keccak.js";

/** Keeps these hashes apart from all others of an order's id. `shared/src/chains/salt.rs` has the same text. */
const DOMAIN = "checkout-sessions: salt of an order's deposit address";

export interface DepositAddressRequest {
  /** The order's id. The address does not depend on the session. */
  orderId: string;
  /** The address that the money is for, from a source that you trust: not from the server that is checked. */
  recipient: string;
  /** The deployment's factory, where its operator has named another one. */
  factory?: string;
  /** The forwarder's creation code in hex, where the operator has named another one. */
  creationCode?: string;
}

export interface VerifyDepositAddressRequest extends DepositAddressRequest {
  /** The address to check: the order's `globalAddress`. */
  address: string | null;
  /** The chains that money is to be sent on. */
  chains?: readonly number[];
}

function bytesOfHex(text: string, length?: number): Uint8Array {
  const hex = text.replace(/^0x/, "");
  const isHex = /^([0-9a-fA-F]{2})*$/.test(hex) && (length === undefined || hex.length === length * 2);
  if (!isHex) throw new SyntaxError(`"${text}" is not ${length ? `${length} bytes in hex` : "hex"}`);
  return Uint8Array.from(hex.match(/../g) ?? [], (byte) => parseInt(byte, 16));
}

function concat(...parts: Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

const saltOf = (orderId: string) =>
  keccak256(concat(new TextEncoder().encode(DOMAIN), bytesOfHex(orderId.replaceAll("-", ""), 16)));

/** The deposit address of an order, in lower case. */
export function depositAddress({ orderId, recipient, factory = FACTORY, creationCode }: DepositAddressRequest): string {
  // The constructor's one argument, padded to 32 bytes.
  const argument = concat(new Uint8Array(12), bytesOfHex(recipient, 20));
  const code = keccak256(concat(bytesOfHex(creationCode ?? CREATION_CODE), argument));
  const hash = keccak256(concat(Uint8Array.of(0xff), bytesOfHex(factory, 20), saltOf(orderId), code));
  return `0x${Array.from(hash.slice(12), (byte) => byte.toString(16).padStart(2, "0")).join("")}`;
}

/** True if money at this address can only go to the recipient, on each of the chains. */
export function verifyDepositAddress({ address, chains = [], ...request }: VerifyDepositAddressRequest): boolean {
  if (address === null || !chains.every(hasForwarders)) return false;
  return depositAddress(request) === address.toLowerCase();
}
