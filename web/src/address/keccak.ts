/** Keccak-256. The build bundles the library into this module, so that the package has no dependency. */
import { keccak_256 } from "@noble/hashes/sha3.js";

export function keccak256(bytes: Uint8Array): Uint8Array {
  return keccak_256(bytes);
}
