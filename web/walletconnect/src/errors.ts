/** Errors as EIP-1193 and MetaMask number them, made of WalletConnect's. */

const REJECTED = 4001;
const UNKNOWN_CHAIN = 4902;

/** WalletConnect's codes for a buyer who declined: the session, its chain, its method. */
const DECLINED = [5000, 5001, 5002];
const UNSUPPORTED_CHAIN = 5100;

/** Throws an error with a code that the page knows; as it is, if there is none. */
export function eip1193Error(error: unknown): never {
  const { code, message } = (error ?? {}) as { code?: unknown; message?: unknown };
  if (DECLINED.includes(code as number)) throw coded(REJECTED);
  if (code === UNSUPPORTED_CHAIN) throw chainIsMissing();
  // The client gives this error no code of its own.
  if (message === "Proposal expired") throw coded("expired");
  throw error;
}

/** The error of a wallet that does not offer the chain. */
export function chainIsMissing(): Error {
  return coded(UNKNOWN_CHAIN);
}

function coded(code: number | string): Error {
  return Object.assign(new Error(`WalletConnect: ${code}`), { code });
}
