// @vitest-environment happy-dom
/** Properties that components refuse or ignore, on the page and in the console. No request is made. */
import { cleanup, render, screen } from "@testing-library/react";
import type { ReactElement } from "react";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { configure } from "../src/index.js";
import { AnySpend, AnySpendCheckout, AnySpendCustom, AnySpendCustomExactIn } from "../src/react/index.js";
import { BASE, BASE_USDC, RECIPIENT, UNKNOWN_ID } from "./support/shop.js";

beforeEach(() => {
  configure({ baseUrl: "http://127.0.0.1:9", maxRetries: 0 });
  vi.spyOn(console, "warn").mockImplementation(() => {});
  vi.spyOn(console, "error").mockImplementation(() => {});
});
afterEach(() => {
  cleanup();
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});

const PAYMENT = { recipientAddress: RECIPIENT, destinationTokenAddress: BASE_USDC, destinationTokenChainId: BASE };
const FIXED = { ...PAYMENT, destinationTokenAmount: "19990000" };
const CART = { ...PAYMENT, items: [{ name: "Desk lamp", quantity: 2, amount: "9995000" }] };
const element = () => document.querySelector("checkout-session");
const alert = () => screen.getByRole("alert").textContent;

describe("refusals", () => {
  const token = { address: BASE_USDC, chainId: BASE };
  const call = { ...{ dstChainId: BASE, dstToken: token, dstAmount: "5" }, recipientAddress: RECIPIENT };
  test.each<[string, ReactElement]>([
    [
      "encodedData",
      <AnySpendCustom {...call} contractAddress={RECIPIENT} encodedData="0xa9059cbb" orderType="custom" />,
    ],
    [
      "customExactInConfig",
      <AnySpendCustomExactIn
        destinationToken={token}
        destinationChainId={BASE}
        customExactInConfig={{ functionName: "stake" }}
      />,
    ],
    ["shippingOptions", <AnySpendCheckout {...CART} shippingOptions={[{ id: "post", amount: "1" }]} />],
    ["loadOrder", <AnySpend {...FIXED} loadOrder={UNKNOWN_ID} />],
    ["recipientAddress", <AnySpend destinationTokenAddress={BASE_USDC} destinationTokenChainId={BASE} />],
    ["items[0].amount", <AnySpendCheckout {...CART} items={[{ name: "Lamp", quantity: 1, amount: "9.5" }]} />],
    ["encodedData", <AnySpendCustom sessionId={UNKNOWN_ID} encodedData="0xa9059cbb" />],
  ])("%s: takes no money, says why, and names it for the developer", (name, sale) => {
    render(sale);
    expect(alert()).toContain(name);
    expect(screen.queryByRole("button")).toBeNull();
    expect(element()).toBeNull();
    expect(console.error).toHaveBeenCalledWith(expect.stringContaining(name));
  });
});

describe("properties without a meaning here", () => {
  test("are named once, in one line, while you develop", () => {
    const { rerender } = render(<AnySpend {...FIXED} defaultActiveTab="fiat" showFiatOption slots={{}} />);
    rerender(<AnySpend {...FIXED} defaultActiveTab="fiat" showFiatOption slots={{}} />);
    expect(console.warn).toHaveBeenCalledTimes(1);
    expect(console.warn).toHaveBeenCalledWith(
      expect.stringMatching(/<AnySpend>.*defaultActiveTab, slots, showFiatOption/),
    );
  });

  test("are not named in production, and neither are refusals, which the page shows all the same", () => {
    vi.stubEnv("NODE_ENV", "production");
    render(<AnySpend {...FIXED} hideHeader />);
    cleanup();
    render(<AnySpend {...FIXED} loadOrder="other" />);
    expect(alert()).toContain("loadOrder");
    expect(console.warn).not.toHaveBeenCalled();
    expect(console.error).not.toHaveBeenCalled();
  });
});
