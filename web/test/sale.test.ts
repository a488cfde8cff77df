/** What components read from their properties: pure functions, and the API's verdict about the requests they make. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createClient, type PaymentToken } from "../src/index.js";
import { refuseForms, readCheckout } from "../src/react/components/any-spend-checkout.js";
import { refuseCalls } from "../src/react/components/any-spend-custom.js";
import { cartOf } from "../src/react/components/cart.js";
import { textOf } from "../src/react/components/problems.js";
import type { AnySpendCheckoutProps } from "../src/react/components/props.js";
import { checkComplete, requestOf, saleKey, typedAmount } from "../src/react/components/sale.js";
import { startServer, type Server } from "./support/server.js";
import { BASE, BASE_USDC, RECIPIENT } from "./support/shop.js";

const USDC: PaymentToken = { address: BASE_USDC, symbol: "USDC", name: "USD Coin", decimals: 6, native: false };

const CART: AnySpendCheckoutProps = {
  recipientAddress: RECIPIENT,
  destinationTokenAddress: BASE_USDC,
  destinationTokenChainId: BASE,
  items: [
    { name: "Desk lamp", quantity: 2, amount: "9000001", metadata: { Colour: "red" } },
    { name: "Bulb", quantity: 1, amount: "500000", imageUrl: "http://shop.example/bulb.png" },
  ],
  shipping: { amount: "1000000", label: "Post" },
  tax: { amount: "100", rate: "19%" },
  discount: "250000",
  summaryLines: [{ label: "Tip", amount: "-1" }],
  organizationName: "Lantern & Sons",
  themeColor: "#0f766e",
  returnUrl: "https://shop.example/thanks",
};

describe("the cart", () => {
  test("adds up to the base unit, deductions below 0", () => {
    expect(cartOf(CART).total).toBe(18_000_002n + 500_000n + 1_000_000n + 100n - 250_000n - 1n);
  });

  test("a total overrides the sum", () => {
    expect(cartOf({ ...CART, totalAmount: "7" }).total).toBe(7n);
  });

  test.each([
    ["items[1].amount", { items: [CART.items![0]!, { name: "Bulb", quantity: 1, amount: "0.5" }] }],
    ["items[0].quantity", { items: [{ name: "Bulb", quantity: 1.5, amount: "5" }] }],
    ["items[0].quantity", { items: [{ name: "Bulb", quantity: 0, amount: "5" }] }],
    ["shipping", { shipping: "free" }],
    ["discount", { discount: "-5" }],
    ["tax", { tax: { amount: "1e3" } }],
    ["summaryLines[0].amount", { summaryLines: [{ label: "Tip", amount: "" }] }],
    ["totalAmount", { totalAmount: "1.5" }],
  ])("a bad %s is an error that names it", (name, change) => {
    expect(() => cartOf({ ...CART, ...change } as AnySpendCheckoutProps)).toThrow(name);
  });
});

describe("the request", () => {
  test("has the terms, and every line of the cart", () => {
    const sale = readCheckout(CART);
    expect(requestOf(sale, sale.amount!, USDC)).toEqual({
      success_url: "https://shop.example/thanks",
      payment: {
        recipient_address: RECIPIENT,
        options: [{ chain: BASE, token_address: BASE_USDC, amount: "19250101" }],
      },
      display: {
        merchant_name: "Lantern & Sons",
        theme: { color: "#0f766e" },
        price_text: "19.250101 USDC",
        items: [
          { name: "Desk lamp, Colour: red", quantity: 2, price_text: "9.000001 USDC" },
          { name: "Bulb", quantity: 1, price_text: "0.5 USDC" },
          { name: "Post", quantity: 1, price_text: "1 USDC" },
          { name: "Tax (19%)", quantity: 1, price_text: "0.0001 USDC" },
          { name: "Discount", quantity: 1, price_text: "−0.25 USDC" },
          { name: "Tip", quantity: 1, price_text: "−0.000001 USDC" },
        ],
      },
    });
  });

  test("has no prices in a token that the deployment does not describe", () => {
    const sale = readCheckout(CART);
    const { display } = requestOf(sale, sale.amount!, null);
    expect(display).not.toHaveProperty("price_text");
    expect(display?.items?.[0]).toEqual({ name: "Desk lamp, Colour: red", quantity: 2 });
  });

  test("the merchant's own session fields win", () => {
    const checkoutSession = { success_url: "https://shop.example/a", metadata: { sku: "1" }, expires_in: 300 };
    const { session } = readCheckout({ ...CART, checkoutSession, callbackMetadata: { sku: "0", cart: "c" } });
    expect(session).toEqual({ ...checkoutSession, metadata: { sku: "1", cart: "c" } });
  });

  test("an image is taken over https, of the shop or of an only item", () => {
    const item = { name: "Bulb", quantity: 1, amount: "5", imageUrl: "https://shop.example/b.png", description: "E27" };
    expect(readCheckout({ ...CART, items: [item] }).display).toMatchObject({
      image_url: item.imageUrl,
      description: "E27",
    });
    expect(readCheckout(CART).display).not.toHaveProperty("image_url");
  });

  test("another item at the same price is another sale, and the same one is the same", () => {
    const renamed = { ...CART, items: [{ ...CART.items![0]!, name: "Lamp" }, CART.items![1]!] };
    expect(saleKey(readCheckout(renamed))).not.toBe(saleKey(readCheckout(CART)));
    expect(saleKey(readCheckout({ ...CART }))).toBe(saleKey(readCheckout(CART)));
  });

  test("another order of the merchant at the same price is another sale", () => {
    const ordered = (clientReferenceId: string) => saleKey(readCheckout({ ...CART, clientReferenceId }));
    expect(ordered("order-2")).not.toBe(ordered("order-1"));
  });

  test.each(["recipientAddress", "destinationTokenAddress", "destinationTokenChainId"])("%s must be given", (name) => {
    expect(() => checkComplete(readCheckout({ ...CART, [name]: undefined }))).toThrow(name);
  });

  test("a total of nothing is an error", () => {
    expect(() => checkComplete(readCheckout({ ...CART, totalAmount: "0" }))).toThrow("totalAmount");
  });
});

describe("a typed amount", () => {
  const sale = { ...readCheckout(CART), amount: null };

  test.each([
    ["12.5", "12500000"],
    [" 0.000001 ", "1"],
    ["3", "3000000"],
    [".5", "500000"],
    ["12345678901234567890.123456", "12345678901234567890123456"],
  ])("%s is exact", (text, amount) => {
    expect(typedAmount(sale, USDC, text)).toBe(amount);
  });

  test.each(["", "0", "0.0000", "1,5", "-1", "1e3", "abc"])("%j is refused", (text) => {
    expect(() => typedAmount(sale, USDC, text)).toThrow("such as 12.5");
  });

  test("more decimals than the token has are refused, not rounded", () => {
    expect(() => typedAmount(sale, USDC, "1.0000001")).toThrow("6 decimals");
  });

  test("a token that the deployment does not describe has no decimals to go by", () => {
    expect(() => typedAmount(sale, null, "1")).toThrow("totalAmount");
  });
});

describe("refusals", () => {
  test.each([
    { encodedData: "0xa9059cbb" },
    { contractAddress: RECIPIENT },
    { spenderAddress: RECIPIENT },
    { orderType: "mint_nft" },
    { customExactInConfig: { functionName: "stake" } },
  ])("%o is a call of a contract", (props) => {
    expect(refuseCalls(props)).toContain(Object.keys(props)[0]);
  });

  test.each([{}, { encodedData: "0x" }, { encodedData: "" }, { orderType: "swap" }])("%o is a payment", (props) => {
    expect(refuseCalls(props)).toBeNull();
  });

  test("what must be asked of the buyer is refused; what upstream takes for nothing is not", () => {
    expect(refuseForms({ shippingOptions: [{ id: "post" }] })).toContain("shippingOptions");
    expect(refuseForms({ collectShippingAddress: true })).toContain("collectShippingAddress");
    expect(refuseForms({ shippingOptions: [], formSchema: null, enableDiscountCode: false })).toBeNull();
  });
});

describe("the API's verdict", () => {
  let server: Server;
  beforeAll(async () => {
    server = await startServer();
  });
  afterAll(() => server?.stop());

  const verdict = async (change: AnySpendCheckoutProps) => {
    const sale = readCheckout({ ...CART, ...change });
    const request = requestOf(sale, sale.amount!, USDC);
    const error = await createClient({ baseUrl: server.url })
      .createCheckoutSession(request)
      .catch((thrown) => thrown);
    return error instanceof Error ? textOf(error, sale.names) : "accepted";
  };

  test("the cart is accepted", async () => {
    expect(await verdict({})).toBe("accepted");
  });

  const many = (count: number) => ({ name: "x".repeat(100), quantity: 1, amount: String(count) });
  test.each<[string, AnySpendCheckoutProps]>([
    ["recipientAddress", { recipientAddress: "0x12" }],
    ["destinationTokenAddress", { destinationTokenAddress: "0x12" }],
    ["destinationTokenChainId", { destinationTokenChainId: -1 }],
    ["totalAmount", { totalAmount: "9".repeat(80) }],
    ["themeColor", { themeColor: "red" }],
    ["organizationName", { organizationName: "" }],
    ["items[1].name", { items: [CART.items![0]!, { name: "", quantity: 1, amount: "1" }] }],
    ["items[0].quantity", { items: [{ name: "x", quantity: 1_000_001, amount: "1" }] }],
    ["items", { items: Array.from({ length: 90 }, (_, at) => many(at + 1)) }],
    ["checkoutSession.success_url", { returnUrl: "thanks" }],
    ["checkoutSession.expires_in", { checkoutSession: { expires_in: 5 } }],
    ["lang", { lang: "x".repeat(40) }],
  ])("a bad %s is told by its property", async (name, change) => {
    expect(await verdict(change)).toMatch(new RegExp(`^${name.replace(/[[\].]/g, "\\$&")}\\b`));
  });
});
