/** Lists as async iterators. */
import type { CheckoutEvent, CheckoutSession } from "../types/index.js";

export interface Page {
  has_more: boolean;
  next_cursor: string | null;
}

export interface SessionPage extends Page {
  sessions: CheckoutSession[];
}

export interface EventPage extends Page {
  events: CheckoutEvent[];
}

type Read<Of extends Page> = (cursor?: string) => Promise<Of>;

/** The pages of a list, one request after the other, as they are asked for. */
async function* pagesOf<Of extends Page>(read: Read<Of>, cursor?: string): AsyncGenerator<Of, void> {
  for (let more = true; more;) {
    const page = await read(cursor);
    yield page;
    more = page.has_more;
    cursor = page.next_cursor ?? undefined;
  }
}

export type CheckoutSessionList = AsyncIterable<CheckoutSession>;

/** Events in the order in which they were published. */
export interface EventList extends AsyncIterable<CheckoutEvent> {
  /**
   * The position after the last event that was dealt with: the loop has asked for the next one. Save it, and give it as
   * `after` the next time. A loop that is left early sees its last event again.
   */
  readonly cursor: string | undefined;
}

export async function* sessionsOf(read: Read<SessionPage>): AsyncGenerator<CheckoutSession, void> {
  for await (const { sessions } of pagesOf(read)) yield* sessions;
}

/** The events from `after` to the newest one. Iterating again goes on where the last iteration stopped. */
export function eventsFrom(after: string | undefined, read: Read<EventPage>): EventList {
  let cursor = after;
  return {
    get cursor() {
      return cursor;
    },
    async *[Symbol.asyncIterator]() {
      for await (const { events, next_cursor } of pagesOf(read, cursor)) {
        for (const event of events) {
          yield event;
          // After the yield: an event whose handling threw must come again.
          cursor = event.cursor;
        }
        cursor = next_cursor ?? cursor;
      }
    },
  };
}
