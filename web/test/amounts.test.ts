import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { formatUnits, leastAmount, parseUnits } from "../src/core/amounts.js";

const amounts = fc.bigInt({ min: 0n, max: 2n ** 256n - 1n });
const decimals = fc.integer({ min: 0, max: 77 });

describe("formatUnits", () => {
  test.each([
    ["1000000", 6, "1"],
    ["1500000", 6, "1.5"],
    ["1", 18, "0.000000000000000001"],
    ["0", 6, "0"],
    ["100", 0, "100"],
    ["9007199254740993", 0, "9007199254740993"],
    [
      (2n ** 256n - 1n).toString(),
      18,
      "115792089237316195423570985008687907853269984665640564039457.584007913129639935",
    ],
  ])("%s with %i decimals is %s", (units, places, text) => expect(formatUnits(units, places)).toBe(text));

  test("keeps every digit", () => {
    fc.assert(
      fc.property(amounts, decimals, (units, places) => {
        const [whole = "", fraction = ""] = formatUnits(units, places).split(".");
        expect(BigInt(whole + fraction.padEnd(places, "0"))).toBe(units);
        expect(fraction.endsWith("0")).toBe(false);
      }),
    );
  });

  test.each(["1.5", "-1", "1e3", "", " 1", "0x10"])("refuses %j", (text) => {
    expect(() => formatUnits(text, 6)).toThrow(SyntaxError);
  });
});

describe("parseUnits", () => {
  test("undoes formatUnits", () => {
    fc.assert(
      fc.property(amounts, decimals, (units, places) => {
        expect(parseUnits(formatUnits(units, places), places)).toBe(units);
      }),
    );
  });

  test.each([
    ["1", 6, 1000000n],
    ["1.", 6, 1000000n],
    [".5", 6, 500000n],
    ["0.1000000000", 6, 100000n],
    ["0", 0, 0n],
  ])("%s with %i decimals is %s", (text, places, units) => expect(parseUnits(text, places)).toBe(units));

  test("refuses digits that the token cannot hold, and rounds none", () => {
    expect(() => parseUnits("0.0000001", 6)).toThrow(RangeError);
    expect(() => parseUnits("1.5", 0)).toThrow(RangeError);
  });

  test.each(["", ".", "-1", "+1", "1e6", "1,5", "1 000", "0x1", "١", "NaN"])("refuses %j", (text) => {
    expect(() => parseUnits(text, 6)).toThrow(SyntaxError);
  });

  test.each([-1, 1.5, NaN, 256])("refuses %d decimals", (places) => {
    expect(() => parseUnits("1", places)).toThrow(RangeError);
    expect(() => formatUnits("1", places)).toThrow(RangeError);
  });
});

test("the tolerance is rounded down, as the API does", () => {
  expect(leastAmount(1_000_000n, 50)).toBe(995_000n);
  expect(leastAmount(199n, 50)).toBe(199n);
  expect(leastAmount(200n, 50)).toBe(199n);
  expect(leastAmount(1n, 1_000)).toBe(1n);
});
