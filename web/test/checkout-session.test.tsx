// @vitest-environment happy-dom
/** The element's React component, and all components on a server. */
import { act, cleanup, render } from "@testing-library/react";
import { StrictMode, createRef } from "react";
import { renderToString } from "react-dom/server";
import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { configure } from "../src/index.js";
import { AnySpend, AnySpendCheckout, CheckoutSession } from "../src/react/index.js";
import { BASE, BASE_USDC, RECIPIENT, UNKNOWN_ID } from "./support/shop.js";

// This DOM has neither parts nor parsed documents, so a bare element takes the name. tests/browser has the real one.
customElements.define("checkout-session", class extends HTMLElement {});
beforeAll(() => import("../src/element/index.js"));

beforeEach(() => configure({ baseUrl: "http://127.0.0.1:9" }));
afterEach(cleanup);

const PAYMENT = { recipientAddress: RECIPIENT, destinationTokenAddress: BASE_USDC, destinationTokenChainId: BASE };
const CART = { ...PAYMENT, items: [{ name: "Desk lamp", quantity: 2, amount: "9995000" }] };
const element = () => document.querySelector("checkout-session");

describe("<CheckoutSession>", () => {
  test("calls the newest handler once for each event while it is drawn, also in strict mode", () => {
    const [first, second] = [vi.fn(), vi.fn()];
    const draw = (onChange: () => void) => (
      <StrictMode>
        <CheckoutSession sessionId={UNKNOWN_ID} onChange={onChange} />
      </StrictMode>
    );
    const { rerender, unmount } = render(draw(first));
    rerender(draw(second));
    const drawn = element()!;
    const change = () => act(() => void drawn.dispatchEvent(new CustomEvent("checkout-change")));
    change();
    expect([first.mock.calls.length, second.mock.calls.length]).toEqual([0, 1]);
    unmount();
    change();
    expect(second).toHaveBeenCalledTimes(1);
  });

  test("gives the element, and changes its attributes", () => {
    const ref = createRef<HTMLElement>();
    const { rerender } = render(<CheckoutSession ref={ref as never} sessionId={UNKNOWN_ID} modal lang="ar" />);
    expect(ref.current).toBe(element());
    expect([element()!.getAttribute("modal"), element()!.getAttribute("lang")]).toEqual(["", "ar"]);
    rerender(<CheckoutSession ref={ref as never} sessionId={UNKNOWN_ID} className="wide" />);
    expect([element()!.hasAttribute("modal"), element()!.hasAttribute("lang")]).toEqual([false, false]);
    expect(element()!.className).toBe("wide");
  });

  test("and all components are drawn on a server", () => {
    expect(renderToString(<CheckoutSession sessionId={UNKNOWN_ID} />)).toBe("<checkout-session></checkout-session>");
    expect(renderToString(<AnySpendCheckout {...CART} />)).toContain("Desk lamp");
    expect(renderToString(<AnySpend {...PAYMENT} loadOrder="an order" />)).toContain('role="alert"');
  });
});
