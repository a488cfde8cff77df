/** The server's clock, as far as answers show it. */

export interface ClockReading {
  /** The local times at which the request was sent and its answer received. */
  sentAt: number;
  receivedAt: number;
  /** The `Date` header; null where the browser hides it, as it does from pages of another origin. */
  date: string | null;
  /** A time that the server has already lived through, such as a session's `created_at`. */
  notBefore?: number;
}

/**
 * The milliseconds by which the server's clock is ahead, as an interval. A `Date` header names a second, in which the
 * answer was made between sending and receiving. Each answer narrows the interval.
 */
export class ServerClock {
  #least = -Infinity;
  #most = Infinity;

  observe({ sentAt, receivedAt, date, notBefore }: ClockReading): void {
    const second = date ? Date.parse(date) : NaN;
    if (!Number.isNaN(second)) this.#narrow(second - receivedAt, second + 1000 - sentAt);
    // The data is the API's own; a gateway's header may have another clock.
    if (notBefore !== undefined) this.#atLeast(notBefore - receivedAt);
  }

  /** Without a header the local clock counts, unless the answers' data shows that it is slow. */
  get offset(): number {
    if (this.#most === Infinity) return Math.max(0, this.#least);
    return (this.#least + this.#most) / 2;
  }

  #narrow(least: number, most: number): void {
    const isPossible = least <= this.#most && most >= this.#least;
    // Otherwise one of the clocks was set anew, and the earlier bounds are worth nothing.
    this.#least = isPossible ? Math.max(this.#least, least) : least;
    this.#most = isPossible ? Math.min(this.#most, most) : most;
  }

  #atLeast(least: number): void {
    if (least > this.#most) this.#most = Infinity;
    this.#least = Math.max(this.#least, least);
  }
}
