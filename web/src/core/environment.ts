/** What a watch needs of its surroundings, so that tests can replace it. */

export interface Environment {
  /** Milliseconds since the Unix epoch, by the local clock. */
  now(): number;
  /** Runs `callback` after that many milliseconds. Returns a function that cancels it. */
  after(milliseconds: number, callback: () => void): () => void;
  isHidden(): boolean;
  isOffline(): boolean;
  /** Calls `listener` when the page is shown or hidden, or the network comes or goes. Returns its end. */
  onChange(listener: () => void): () => void;
}

/** The browser's own. On a server nothing is ever hidden or offline. */
export const browser: Environment = {
  now: () => Date.now(),
  after(milliseconds, callback) {
    const timer = setTimeout(callback, milliseconds);
    return () => clearTimeout(timer);
  },
  isHidden: () => typeof document !== "undefined" && document.visibilityState === "hidden",
  // Node has a `navigator` without `onLine`.
  isOffline: () => typeof navigator !== "undefined" && navigator.onLine === false,
  onChange(listener) {
    if (typeof document === "undefined") return () => {};
    const targets = [
      [document, "visibilitychange"],
      [window, "online"],
      [window, "offline"],
    ] as const;
    for (const [target, name] of targets) target.addEventListener(name, listener);
    return () => {
      for (const [target, name] of targets) target.removeEventListener(name, listener);
    };
  },
};
