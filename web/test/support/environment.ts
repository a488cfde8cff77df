/** Surroundings whose time stands still until a test moves it. */
import type { Environment } from "../../src/index.js";

/** Lets everything run that waits for nothing but promises. */
export const settle = () => new Promise<void>((resolve) => setTimeout(resolve));

export class TestEnvironment implements Environment {
  time = Date.UTC(2026, 0, 1);
  hidden = false;
  offline = false;
  #timers: { at: number; callback: () => void }[] = [];
  #listeners = new Set<() => void>();

  now = () => this.time;
  isHidden = () => this.hidden;
  isOffline = () => this.offline;

  after = (milliseconds: number, callback: () => void) => {
    const timer = { at: this.time + milliseconds, callback };
    this.#timers.push(timer);
    return () => void (this.#timers = this.#timers.filter((it) => it !== timer));
  };

  onChange = (listener: () => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  get listeners() {
    return this.#listeners.size;
  }

  /** The milliseconds until the next timer; null without one. */
  get nextTimer(): number | null {
    const [first] = this.#timers.map(({ at }) => at - this.time).sort((a, b) => a - b);
    return first ?? null;
  }

  /** Changes what the page is told, and tells it. */
  async change(to: { hidden?: boolean; offline?: boolean }): Promise<void> {
    Object.assign(this, to);
    for (const listener of [...this.#listeners]) listener();
    await settle();
  }

  /** Moves time forward, from timer to timer. */
  async advance(milliseconds: number): Promise<void> {
    const end = this.time + milliseconds;
    for (;;) {
      const due = this.#timers.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
      if (!due) break;
      this.time = due.at;
      this.#timers = this.#timers.filter((it) => it !== due);
      due.callback();
      await settle();
    }
    this.time = end;
  }
}
