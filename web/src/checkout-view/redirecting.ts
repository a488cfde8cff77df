/** The way back to the shop, once the session is complete. The buyer can stop it. */
import { fill } from "./facts.js";
import { reveal, type View } from "./view.js";

const SECONDS = 8;

/**
 * Goes to `url` after some seconds, unless the buyer stays. Only a checkout that became complete before the buyer's eyes
 * does this: one that was opened later is a receipt.
 */
export function redirect(view: View, url: string): void {
  let left = SECONDS;
  const stop = () => {
    clearInterval(timer);
    const box = view.root.getElementById("redirect");
    if (box) box.hidden = true;
  };
  const tick = () => {
    // Looked for each time, since the content may have been replaced. Without it the buyer could not stop this.
    const box = reveal(view, "redirect");
    if (!box) return stop();
    const line = box.querySelector("span") ?? offerToStay(box, stop);
    line.textContent = fill(view.texts.redirect, { seconds: left });
    box.querySelector("button")!.textContent = view.texts.stay;
    if (left === 0) {
      clearInterval(timer);
      location.assign(url);
    }
    left -= 1;
  };
  const timer = setInterval(tick, 1_000);
  view.signal?.addEventListener("abort", stop);
  tick();
}

/** Puts a line and a button into the box, and returns the line. */
function offerToStay(box: HTMLElement, onStay: () => void): HTMLElement {
  const line = document.createElement("span");
  const stay = document.createElement("button");
  stay.type = "button";
  stay.addEventListener("click", onStay);
  box.replaceChildren(line, " ", stay);
  return line;
}
