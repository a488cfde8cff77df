/** The facts that the server puts into the page for the scripts that show it. */

/** A payment option, as the page's facts have it. */
export interface PaymentOption {
  option: string;
  chain: number;
  network: string;
  /** The token's contract; the zero address for the native token. */
  token_address: string;
  /** The amount due, in base units. */
  due: string;
  /** The network as `wallet_addEthereumChain` takes it (EIP-3085). */
  add_network: object | null;
}

type TextName =
  | "copied"
  | "copy_failed"
  | "verified"
  | "not_verified"
  | "wallet"
  | "confirm"
  | "sent"
  | "rejected"
  | "network"
  | "failed"
  | "left"
  | "five_minutes"
  | "one_minute"
  | "offline"
  | "unavailable"
  | "redirect"
  | "stay"
  | "close"
  | "connecting"
  | "scan"
  | "code"
  | "open_app"
  | "cancel"
  | "not_connected"
  | "code_expired";

/** Texts in the page's language; `{…}` are filled in here. */
export type Texts = Record<TextName, string>;

/** WalletConnect, as the operator has set it up. */
export interface WalletConnect {
  /** The operator's project at the relay. */
  project_id: string;
  /** The URL of the module that speaks WalletConnect. */
  script: string;
  /** The relay's origin. */
  relay: string;
}

/** `openapi.yaml`, schema `Checkout`, with what scripts need beside. */
export interface Facts {
  session_id: string;
  /** The session's status. */
  status: string;
  state: string;
  /** Everything that changes the page. */
  shown: string;
  expires_at: string;
  /** The deposit address. */
  address: string | null;
  /** The option that the page shows. */
  option: string | null;
  options: PaymentOption[];
  deposit_address: { factory: string; order_id: string; recipient_address: string } | null;
  /** Null until the session is complete. */
  success_url: string | null;
  /** True while the page asks for money. */
  payable: boolean;
  texts: Texts;
  wallet_connect: WalletConnect | null;
}

/** Reads the facts of a page, which may be another than the one shown. */
export function factsOf(page: Document): Facts | null {
  const text = page.getElementById("checkout")?.textContent;
  return text ? (JSON.parse(text) as Facts) : null;
}

/** Fills in the `{…}` of a text. */
export function fill(text: string, values: Record<string, string | number>): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}
