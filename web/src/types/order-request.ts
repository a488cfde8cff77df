/** Requests for orders. `type` decides the fields of `payload`. */
import type { Address, BaseUnits, ChainId, Id, Metadata } from "./values.js";
import type { OnrampVendor } from "./order.js";

export interface OnrampRequest {
  vendor: OnrampVendor;
  paymentMethod?: string | null;
  /** Another spelling of `paymentMethod`. */
  payment_method?: string | null;
  country?: string | null;
  redirectUrl?: string | null;
}

interface OrderRequestCommon {
  recipientAddress: Address;
  srcChain: ChainId;
  dstChain: ChainId;
  srcTokenAddress: Address;
  dstTokenAddress: Address;
  metadata?: Metadata | null;
  onramp?: OnrampRequest | { vendor?: "none" } | null;
  creatorAddress?: string | null;
  partnerId?: string | null;
  clientReferenceId?: string | null;
  checkoutSessionId?: Id | null;
  callbackMetadata?: { checkoutSessionId?: Id | null; [key: string]: unknown } | null;
}

interface Exact<Type extends string, Payload> extends OrderRequestCommon {
  type: Type;
  srcAmount: BaseUnits;
  payload: Payload;
}

export type SwapOrderRequest = Exact<"swap" | "x402_swap" | "hype_duel", { expectedDstAmount: BaseUnits }>;

export type CustomOrderRequest = Exact<
  "custom",
  { data: string; to: Address; amount: BaseUnits; spenderAddress?: Address | null }
>;

export type CustomExactInOrderRequest = Exact<
  "custom_exact_in",
  {
    amount: BaseUnits;
    expectedDstAmount: BaseUnits;
    functionAbi: unknown;
    functionName: string;
    functionArgs: unknown[];
    to: Address;
    spenderAddress?: Address | null;
    value?: BaseUnits | null;
    action?: string | null;
  }
>;

export type MintNftOrderRequest = Exact<
  "mint_nft",
  { contractAddress: Address; tokenId?: number | null; contractType: "erc721" | "erc1155"; nftPrice: BaseUnits }
>;

export type JoinTournamentOrderRequest = Exact<"join_tournament", { contractAddress: Address; entryPrice: BaseUnits }>;

export type FundTournamentOrderRequest = Exact<"fund_tournament", { contractAddress: Address; fundAmount: BaseUnits }>;

export interface DepositFirstOrderRequest extends OrderRequestCommon {
  type: "deposit_first";
  /** Null, empty or not given: any deposit pays the order. */
  srcAmount?: BaseUnits | null;
  payload?: Metadata | null;
}

export type CreateOrderRequest =
  | SwapOrderRequest
  | CustomOrderRequest
  | CustomExactInOrderRequest
  | MintNftOrderRequest
  | JoinTournamentOrderRequest
  | FundTournamentOrderRequest
  | DepositFirstOrderRequest;
