/** When the next reading is due. */

export interface Pace {
  /** The milliseconds since the watch began. */
  age: number;
  /** The milliseconds since a wallet reported a transaction; null without one. */
  sinceTransaction?: number | null;
}

const SECOND = 1000;
const MINUTE = 60 * SECOND;

/** The milliseconds between two readings: short while a payment is likely, longer as time passes. */
export function pollInterval({ age, sinceTransaction = null }: Pace): number {
  if (sinceTransaction !== null && sinceTransaction < 15 * SECOND) return SECOND;
  if (age < 2 * MINUTE) return 2 * SECOND;
  return age < 10 * MINUTE ? 5 * SECOND : 15 * SECOND;
}

const LONGEST_BACKOFF = 60 * SECOND;

/** The pause after failures in a row: doubled each time, and never shorter than the API asks for. */
export function backoff(interval: number, failures: number, retryAfter: number | null): number {
  const doubled = Math.min(LONGEST_BACKOFF, interval * 2 ** Math.min(failures, 10));
  return Math.max(doubled, (retryAfter ?? 0) * SECOND);
}
