/** The requests of a shop, for tests. */
import { randomBytes } from "node:crypto";
import type { CreateCheckoutSessionRequest, SwapOrderRequest } from "../../src/types/index.js";

export const RECIPIENT = "0xa7539d73700b1726ebe1eef9d4d8ccdf3f4e3b44";
export const BUYER = "0x58241893ef1f86c9fbd8109cd44ea961fdb474e1";
export const BASE = 8453;
export const BASE_USDC = "0x833589fcd6edb6e08f4c7c32d4f71b54bda02913";
export const ETHEREUM = 1;
export const ETHEREUM_USDC = "0xa0b86991c6218b36c1d19d4a2e9eb0ce3606eb48";
export const UNKNOWN_ID = "550e8400-e29b-41d4-a716-446655440000";

export const withTerms = (tolerance_bps = 0): CreateCheckoutSessionRequest => ({
  success_url: "https://shop.example/success/{SESSION_ID}",
  cancel_url: "https://shop.example/cart",
  metadata: { sku: "widget-1" },
  payment: {
    recipient_address: RECIPIENT,
    options: [
      { chain: BASE, token_address: BASE_USDC, amount: "1000000" },
      { chain: ETHEREUM, token_address: ETHEREUM_USDC, amount: "1100000" },
    ],
    tolerance_bps,
  },
});

export const orderFor = (checkoutSessionId: string | undefined, srcAmount = "1000000"): SwapOrderRequest => ({
  type: "swap",
  recipientAddress: RECIPIENT,
  srcChain: BASE,
  dstChain: BASE,
  srcTokenAddress: BASE_USDC,
  dstTokenAddress: BASE_USDC,
  srcAmount,
  payload: { expectedDstAmount: srcAmount },
  ...(checkoutSessionId && { checkoutSessionId }),
});

export const txHash = () => `0x${randomBytes(32).toString("hex")}`;

export interface DepositFields {
  amount: string;
  chain?: number;
  token?: string;
  occurredAt?: number;
  txHash?: string;
}

/** A deposit as evidence. Its time is the machine's unless given: the server's is not behind it. */
export const deposit = ({
  chain = BASE,
  token = BASE_USDC,
  occurredAt = Date.now(),
  txHash: hash = txHash(),
  amount,
}: DepositFields) => ({
  ...{ id: `${chain}:${hash}:0`, kind: "deposit", occurredAt, chain, txHash: hash, from: BUYER, token, amount },
});

export const executed = (amount: string, occurredAt = Date.now(), chain = BASE) => {
  const hash = txHash();
  return { id: `${chain}:${hash}:0`, kind: "executed", occurredAt, chain, txHash: hash, amount };
};
