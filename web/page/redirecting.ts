/** The way back to the shop, once the session is complete. The buyer can stop it. */
import { fill, reveal, type Texts } from "./data.js";

const SECONDS = 8;

/**
 * Goes to `url` after some seconds, unless the buyer stays. Only a page that became complete before the buyer's eyes
 * does this: one that was opened later is a receipt.
 */
export function redirect(url: string, texts: Texts): void {
  const box = reveal("redirect");
  if (!box) return;
  const line = document.createElement("span");
  const stay = document.createElement("button");
  stay.type = "button";
  stay.textContent = texts.stay;
  box.replaceChildren(line, " ", stay);
  let left = SECONDS;
  const tick = () => {
    line.textContent = fill(texts.redirect, { seconds: left });
    if (left === 0) {
      clearInterval(timer);
      location.assign(url);
    }
    left -= 1;
  };
  const timer = setInterval(tick, 1_000);
  tick();
  stay.addEventListener("click", () => {
    clearInterval(timer);
    box.hidden = true;
  });
}
