/** The values that sessions and orders share, as openapi.yaml names them. */

/** A UUID. Opaque: do not parse it. */
export type Id = string;

/** An EVM chain's id, such as 8453 for Base. 792703809 is Solana. */
export type ChainId = number;

/** An amount in base units of its token: decimal digits without sign, point or leading zero. */
export type BaseUnits = string;

/** An account or a token. 40 zeros after `0x` stand for the native token. */
export type Address = string;

/** A time in RFC 3339, in UTC, with milliseconds. */
export type DateTime = string;

/** A time in milliseconds since the Unix epoch. */
export type Millis = number;

/**
 * A merchant's own data. The values are `any`, because upstream types them as strings and the API takes any JSON: with
 * `unknown`, a merchant's `session.metadata.sku` would no longer compile.
 */
export type Metadata = { [key: string]: any };

export interface PaymentOption {
  chain: ChainId;
  token_address: Address;
  amount: BaseUnits;
}

export interface SettleOn {
  chain: ChainId;
}

/** The terms on which a session is paid. They never change. */
export interface PaymentTerms {
  recipient_address: Address;
  options: PaymentOption[];
  /** The part of its amount that a payment may lack, in hundredths of a percent. */
  tolerance_bps: number;
  settle_on: SettleOn | null;
}

export interface DisplayItem {
  name: string;
  quantity?: number;
  price_text?: string;
}

/** The texts and images for a session's buyer. Shown, never computed with. */
export interface Display {
  merchant_name?: string;
  title?: string;
  description?: string;
  image_url?: string;
  items?: DisplayItem[];
  price_text?: string;
  support_url?: string;
  support_email?: string;
  locale?: string;
  theme?: { color?: string; mode?: "auto" | "light" | "dark" };
}

export interface PaymentToken {
  address: Address;
  symbol: string;
  name: string;
  /** One whole token is 10^`decimals` base units. */
  decimals: number;
  native: boolean;
}

export interface PaymentChain {
  chain: ChainId;
  name: string;
  explorer: string | null;
  /** A node that buyers' wallets may use. */
  public_rpc: string | null;
  /** A deposit is final with so many blocks on top, or when a node calls its block `safe` or `finalized`. */
  confirmations: number | "safe" | "finalized";
  any_token: boolean;
  tokens: PaymentToken[];
}

/** The chains and tokens that a deployment takes. Empty where no chain is configured. */
export interface PaymentOptions {
  chains: PaymentChain[];
}
