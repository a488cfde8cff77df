import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { NATIVE_TOKEN, paymentUri } from "../src/core/payment-uri.js";
import { BASE, BASE_USDC } from "./support/shop.js";

const TO = "0x99ec1088d1e62e468599c21ee677b8e49a5b4cec";

/** A reader of ERC-681, written from its grammar: who is called, on which chain, with what. */
function read(uri: string) {
  const found = /^ethereum:(0x[0-9a-f]{40})@([1-9]\d*)(?:\/([a-z]+))?(?:\?(.*))?$/.exec(uri);
  if (!found) throw new Error(`${uri} is not ERC-681`);
  const [, target, chain, call, query] = found;
  return { target, chain: Number(chain), call, query: Object.fromEntries(new URLSearchParams(query)) };
}

describe("paymentUri", () => {
  test("the native token goes to the deposit address, as value", () => {
    expect(paymentUri({ chain: 1, token: NATIVE_TOKEN, to: TO, amount: "1500000000000000000" })).toBe(
      `ethereum:${TO}@1?value=1500000000000000000`,
    );
  });

  test("a token is transferred: upstream's URI would pay the token's contract", () => {
    const uri = paymentUri({ chain: BASE, token: BASE_USDC, to: TO, amount: "19990000" });
    expect(uri).toBe(`ethereum:${BASE_USDC}@8453/transfer?address=${TO}&uint256=19990000`);
    expect(read(uri)).toEqual({
      target: BASE_USDC,
      chain: 8453,
      call: "transfer",
      query: { address: TO, uint256: "19990000" },
    });
  });

  test("every amount is there in full", () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 1n, max: 2n ** 256n - 1n }), fc.boolean(), (amount, native) => {
        const { query } = read(paymentUri({ chain: 1, token: native ? NATIVE_TOKEN : BASE_USDC, to: TO, amount }));
        expect(BigInt(query[native ? "value" : "uint256"] as string)).toBe(amount);
      }),
    );
  });

  test("without an amount the wallet asks for it", () => {
    expect(paymentUri({ chain: 1, token: NATIVE_TOKEN, to: TO })).toBe(`ethereum:${TO}@1`);
    expect(paymentUri({ chain: BASE, token: BASE_USDC, to: TO, amount: null })).toBe(
      `ethereum:${BASE_USDC}@8453/transfer?address=${TO}`,
    );
  });

  test.each([
    { chain: 1, token: NATIVE_TOKEN, to: "vitalik.eth", amount: "1" },
    { chain: 1, token: "USDC", to: TO, amount: "1" },
    { chain: 0, token: NATIVE_TOKEN, to: TO, amount: "1" },
    { chain: 1.5, token: NATIVE_TOKEN, to: TO, amount: "1" },
    { chain: 1, token: NATIVE_TOKEN, to: TO, amount: "0" },
    { chain: 1, token: NATIVE_TOKEN, to: TO, amount: "1.5" },
    { chain: 1, token: NATIVE_TOKEN, to: `${TO}&value=2`, amount: "1" },
  ])("refuses $to $token $chain $amount", (request) => expect(() => paymentUri(request)).toThrow());
});
