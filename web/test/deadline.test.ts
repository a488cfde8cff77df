import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { countDown } from "../src/checkout-view/deadline.js";
import type { View } from "../src/checkout-view/view.js";

const view = { root: { getElementById: () => null }, texts: {}, say: () => {} } as unknown as View;

beforeEach(() => void vi.useFakeTimers({ now: 0 }));
afterEach(() => void vi.useRealTimers());

test("the end of the time to pay is told, once and not before", () => {
  const onEnd = vi.fn();
  countDown(view, 150_000, () => Date.now(), onEnd);
  vi.advanceTimersByTime(149_900);
  expect(onEnd).not.toHaveBeenCalled();
  vi.advanceTimersByTime(600_000);
  expect(onEnd).toHaveBeenCalledTimes(1);
});

test("a countdown that was stopped tells of no end", () => {
  const onEnd = vi.fn();
  countDown(view, 1_000, () => Date.now(), onEnd)();
  vi.advanceTimersByTime(600_000);
  expect(onEnd).not.toHaveBeenCalled();
});
