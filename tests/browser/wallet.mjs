/** The wallet of a buyer who has Ethereum and Base in it, and is on Ethereum. */
import { injectWallet } from "./checkout.mjs";

export const BUYER = "0x58241893ef1f86c9fbd8109cd44ea961fdb474e1";

/** `send` stands for both chains, which only get transactions here. */
export const wallet = (page, send, options) => {
  const chains = [1, 8453].map((chainId) => ({ chainId, request: send }));
  return injectWallet(page, { chains, account: BUYER, ...options });
};

export const accept = () => `0x${"ab".repeat(32)}`;
