/** What the API could answer, for tests of the pure rules. */
import type { CheckoutSession, DepositTx, Order, OrderWithTransactions, PaymentOptions } from "../../src/index.js";
import { BASE, BASE_USDC, BUYER, RECIPIENT } from "./shop.js";

export const NOW = Date.UTC(2026, 0, 1);
export const ADDRESS = "0x99ec1088d1e62e468599c21ee677b8e49a5b4cec";

export const session = (fields: Partial<CheckoutSession> = {}): CheckoutSession => ({
  id: "s",
  status: "open",
  success_url: "https://shop.example/thanks",
  cancel_url: "https://shop.example/cart",
  metadata: {},
  client_reference_id: null,
  order_id: "o",
  order_status: "scanning_deposit_transaction",
  expired_reason: null,
  expires_at: new Date(NOW + 60_000).toISOString(),
  created_at: new Date(NOW).toISOString(),
  url: "https://pay.example/checkout/s",
  payment: null,
  display: null,
  paid: null,
  ...fields,
});

export const order = (
  fields: Partial<Order> = {},
  transactions: Partial<OrderWithTransactions> = {},
): OrderWithTransactions => ({
  order: {
    ...{ id: "o", type: "swap", status: "scanning_deposit_transaction", recipientAddress: RECIPIENT },
    ...{
      globalAddress: ADDRESS,
      srcChain: BASE,
      dstChain: BASE,
      srcTokenAddress: BASE_USDC,
      dstTokenAddress: BASE_USDC,
    },
    ...{
      srcAmount: "1000000",
      payload: {},
      metadata: { srcToken: null, dstToken: null },
      errorDetails: null,
      createdAt: NOW,
      expiredAt: NOW + 60_000,
    },
    ...{ filledAt: null, receivedDepositAt: null, creatorAddress: null, partnerId: null, clientReferenceId: null },
    ...{ checkoutSessionId: null, onrampMetadata: null, oneClickBuyUrl: null, stripePaymentIntentId: null },
    ...{ settlement: null, fee: null, acceptedPayments: null },
    ...fields,
  },
  ...{ depositTxs: [], relayTxs: [], executeTx: null, refundTxs: [], points: null, foldedDeposits: null },
  ...transactions,
});

export const deposit = (fields: Partial<DepositTx> = {}): DepositTx => ({
  ...{ orderId: "o", chain: BASE, from: BUYER, txHash: "0x1", amount: "400000", createdAt: NOW, token: BASE_USDC },
  status: "counted",
  ...fields,
});

export const CHAINS: PaymentOptions = {
  chains: [
    {
      ...{
        chain: BASE,
        name: "Base",
        explorer: "https://basescan.org",
        public_rpc: null,
        confirmations: 30,
        any_token: false,
      },
      tokens: [{ address: BASE_USDC, symbol: "USDC", name: "USD Coin", decimals: 6, native: false }],
    },
  ],
};
