/** The facts that the server puts into the page for this script, and the elements that it prepares. */

/** A payment option, as the page's facts have it. */
export interface PaymentOption {
  option: string;
  chain: number;
  network: string;
  /** The token's contract; the zero address for the native token. */
  token_address: string;
  /** The amount due, in base units. */
  due: string;
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
  | "stay";

/** Texts in the page's language; `{…}` are filled in here. */
export type Texts = Record<TextName, string>;

/** `openapi.yaml`, schema `Checkout`, with what this script needs beside. */
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
}

/** Reads the facts of a page, which may be another than the one shown. */
export function factsOf(page: Document): Facts | null {
  const text = page.getElementById("checkout")?.textContent;
  return text ? (JSON.parse(text) as Facts) : null;
}

/** Shows an element that the server prepared and hid, since it is of no use without this script. */
export function reveal(id: string): HTMLElement | null {
  const element = document.getElementById(id);
  if (element) element.hidden = false;
  return element;
}

/** Fills in the `{…}` of a text. */
export function fill(text: string, values: Record<string, string | number>): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}

/** The time for which a message stays in sight. */
const SHOWN_MILLIS = 10_000;

let silence: ReturnType<typeof setTimeout> | undefined;

/** Says something to the buyer, in sight and to screen readers. */
export function say(text: string): void {
  const line = document.getElementById("said");
  if (!line) return;
  line.textContent = text;
  clearTimeout(silence);
  silence = setTimeout(() => (line.textContent = ""), SHOWN_MILLIS);
}
