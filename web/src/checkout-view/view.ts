/** The place where a checkout is shown, and the elements that the server prepares in it. */
import type { Texts } from "./facts.js";

/** The hosted page, or the shadow root of an element in another page. */
export type Root = Document | ShadowRoot;

export interface View {
  readonly root: Root;
  /** The texts in the language that is shown. */
  texts: Texts;
  /** Says something to the buyer, in sight and to screen readers. */
  say(text: string): void;
  /** Ends everything that runs for the view. */
  readonly signal?: AbortSignal;
}

/** Shows an element that the server prepared and hid, since it is of no use without a script. */
export function reveal({ root }: View, id: string): HTMLElement | null {
  const element = root.getElementById(id);
  if (element) element.hidden = false;
  return element;
}

/** The time for which a message stays in sight. */
const SHOWN_MILLIS = 10_000;

/** Makes the function that speaks in the root's live region. */
export function speaker(root: Root): (text: string) => void {
  let silence: ReturnType<typeof setTimeout> | undefined;
  return (text) => {
    const line = root.getElementById("said");
    if (!line) return;
    line.textContent = text;
    clearTimeout(silence);
    silence = setTimeout(() => (line.textContent = ""), SHOWN_MILLIS);
  };
}

/** Makes a change that replaces elements. The focus stays on the element of the same id, or on the same link; if there
 * is none, it goes to the start of the content rather than out of it. */
export function keepFocus(root: Root, change: () => void): void {
  const before = root.activeElement;
  change();
  if (!before || before.isConnected) return;
  const isSame = (link: HTMLAnchorElement) =>
    before instanceof HTMLAnchorElement && link.href === before.href && link.hreflang === before.hreflang;
  const same = before.id ? root.getElementById(before.id) : Array.from(root.querySelectorAll("a")).find(isSame);
  (same || root.getElementById("main"))?.focus({ preventScroll: true });
}
