import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ServerClock } from "../src/index.js";
import { NOW } from "./support/readings.js";

describe("the server's clock", () => {
  /** A server whose clock is ahead by `ahead`, read over a network with these delays. */
  const observe = (clock: ServerClock, sentAt: number, there: number, back: number, ahead: number) =>
    clock.observe({ sentAt, receivedAt: sentAt + there + back, date: new Date(sentAt + there + ahead).toUTCString() });

  test("each answer narrows the estimate, which is never off by more than the second and the delay", () => {
    const readings = fc.array(fc.record({ wait: fc.nat(5000), there: fc.nat(300), back: fc.nat(300) }), {
      minLength: 1,
      maxLength: 20,
    });
    fc.assert(
      fc.property(fc.integer({ min: -1e9, max: 1e9 }), readings, (ahead, list) => {
        const clock = new ServerClock();
        let at = NOW;
        for (const { wait, there, back } of list) {
          at += wait;
          observe(clock, at, there, back, ahead);
          at += there + back;
        }
        const { there, back } = list[0] as { there: number; back: number };
        expect(Math.abs(clock.offset - ahead)).toBeLessThanOrEqual((1000 + there + back) / 2);
      }),
    );
  });

  test("a clock that is set anew is followed", () => {
    const clock = new ServerClock();
    observe(clock, NOW, 10, 10, 0);
    observe(clock, NOW + 1000, 10, 10, 3_600_000);
    expect(Math.abs(clock.offset - 3_600_000)).toBeLessThanOrEqual(510);
  });

  test("without a header the local clock counts, unless the answer's data is from its future", () => {
    const clock = new ServerClock();
    clock.observe({ sentAt: NOW, receivedAt: NOW, date: null, notBefore: NOW - 5000 });
    expect(clock.offset).toBe(0);
    clock.observe({ sentAt: NOW, receivedAt: NOW, date: null, notBefore: NOW + 5000 });
    expect(clock.offset).toBe(5000);
  });
});
