/** The time that is left: shown by the minute, and said at five minutes and at one. */
import { fill } from "./facts.js";
import type { View } from "./view.js";

const MINUTE = 60_000;

/** Starts to count. Returns a function that stops. `serverNow` is the time by the server's clock; `onEnd` is called once
 * the time to pay is over. */
export function countDown(
  { root, texts, say }: View,
  expiresAt: number,
  serverNow: () => number,
  onEnd: () => void,
): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let last: number | null = null;
  const show = () => {
    const left = expiresAt - serverNow();
    if (left <= 0) {
      // Later, so that the caller can still stop it.
      timer = setTimeout(onEnd);
      return;
    }
    const minutes = Math.floor(left / MINUTE);
    const line = root.getElementById("left");
    if (line) line.textContent = fill(texts.left, { minutes });
    // Not when the page opens: what is on it is read anyway.
    if (last === 5 && minutes === 4) say(texts.five_minutes);
    if (last === 1 && minutes === 0) say(texts.one_minute);
    last = minutes;
    timer = setTimeout(show, left - minutes * MINUTE + 50);
  };
  show();
  return () => clearTimeout(timer);
}
