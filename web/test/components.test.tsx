// @vitest-environment happy-dom
// @vitest-environment-options { "settings": { "fetch": { "disableSameOriginPolicy": true } } }
/** The components in React, against the real server behind a proxy that counts and misbehaves. */
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { cleanup, fireEvent, render, screen, waitFor } from "@testing-library/react";
import { StrictMode, type ReactElement } from "react";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { configure, createClient } from "../src/index.js";
import { AnySpend, AnySpendCheckout, AnySpendCustom, AnySpendCustomExactIn } from "../src/react/index.js";
import { chainsFile } from "./support/chains.js";
import { startProxy, type FaultyProxy } from "./support/fault.js";
import { startServer, type Server } from "./support/server.js";
import { BASE, BASE_USDC, RECIPIENT, UNKNOWN_ID } from "./support/shop.js";

// This DOM has neither parts nor parsed documents, so a bare element takes the name. tests/browser has the real one.
customElements.define("checkout-session", class extends HTMLElement {});
beforeAll(() => import("../src/element/index.js"));

let server: Server;
let proxy: FaultyProxy;

beforeAll(async () => {
  server = await startServer({ args: ["--chains", chainsFile()] });
});
afterAll(() => server?.stop());
beforeEach(async () => {
  proxy = await startProxy(server.url);
  configure({ baseUrl: proxy.url, maxRetries: 0 });
  vi.spyOn(console, "warn").mockImplementation(() => {});
  vi.spyOn(console, "error").mockImplementation(() => {});
});
afterEach(async () => {
  cleanup();
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
  await proxy.stop();
});

const PAYMENT = { recipientAddress: RECIPIENT, destinationTokenAddress: BASE_USDC, destinationTokenChainId: BASE };
const FIXED = { ...PAYMENT, destinationTokenAmount: "19990000" };
const CART = { ...PAYMENT, items: [{ name: "Desk lamp", quantity: 2, amount: "9995000", imageUrl: "/lamp.png" }] };

const creations = () => proxy.seen.filter(({ method }) => method === "POST");
const sentBody = (at = 0) => JSON.parse(creations()[at]!.body);
const element = () => document.querySelector("checkout-session");
const shown = async () => {
  await waitFor(() => expect(element()?.getAttribute("session-id")).toMatch(/^[0-9a-f-]{36}$/));
  return element()!.getAttribute("session-id")!;
};
const button = (name: string | RegExp = /^Pay/) => screen.getByRole("button", { name });
const alert = () => screen.getByRole("alert").textContent;
/** Waits until the token's description has come, by which prices are written. */
const priced = () => screen.findByRole("button", { name: "Pay 19.99 USDC" });

describe("a sale", () => {
  test("creates no session until the button is pressed: not on mount, and not when its properties change", async () => {
    const { rerender } = render(<AnySpend {...FIXED} />);
    rerender(<AnySpend {...FIXED} destinationTokenAmount="5" />);
    rerender(<AnySpend {...FIXED} />);
    await priced();
    expect(creations()).toEqual([]);
    expect(element()).toBeNull();
  });

  test("creates the session with payment terms, and shows it with the recipient of the page", async () => {
    const checkoutSession = {
      success_url: "https://shop.example/a",
      cancel_url: "https://shop.example/b",
      metadata: { sku: "1" },
    };
    render(<AnySpend {...FIXED} checkoutSession={checkoutSession} lang="de" />);
    fireEvent.click(button());
    const id = await shown();
    const { payment, ...session } = sentBody();
    expect(session).toEqual({ ...checkoutSession, display: { locale: "de" } });
    expect(payment).toEqual({
      recipient_address: RECIPIENT,
      options: [{ chain: BASE, token_address: BASE_USDC, amount: "19990000" }],
    });
    const attributes = Object.fromEntries([...element()!.attributes].map(({ name, value }) => [name, value]));
    expect(attributes).toEqual({ "session-id": id, "base-url": proxy.url, recipient: RECIPIENT, lang: "de" });
  });

  test("without checkoutSession it is the same, without URLs", async () => {
    render(<AnySpend {...FIXED} />);
    fireEvent.click(button());
    await shown();
    expect(Object.keys(sentBody())).toEqual(["payment"]);
  });

  test("a double click creates one session, also in strict mode", async () => {
    render(
      <StrictMode>
        <AnySpend {...FIXED} />
      </StrictMode>,
    );
    fireEvent.click(button());
    fireEvent.click(button());
    await shown();
    expect(creations()).toHaveLength(1);
  });

  test("a click after a lost answer gets the session that was created", async () => {
    render(<AnySpend {...FIXED} />);
    await priced();
    proxy.faults.push("lose");
    fireEvent.click(button());
    await waitFor(() => expect(alert()).toContain("cannot be reached"));
    fireEvent.click(button());
    const id = await shown();
    const [first, second] = creations();
    expect(second!.headers["idempotency-key"]).toBe(first!.headers["idempotency-key"]);
    const ids = [];
    for await (const session of createClient({ baseUrl: server.url }).listCheckoutSessions({ limit: 2 })) {
      ids.push(session.id);
      if (ids.length === 2) break;
    }
    expect(ids.filter((one) => one === id)).toHaveLength(1);
    expect(ids[0]).toBe(id);
  });

  test("tells its errors once", async () => {
    const onError = vi.fn();
    render(<AnySpend {...FIXED} onError={onError} />);
    await priced();
    proxy.faults.push({ status: 503 });
    fireEvent.click(button());
    fireEvent.click(button());
    await waitFor(() => expect(alert()).toBe("Try later"));
    expect(onError).toHaveBeenCalledTimes(1);
  });

  test("says that it works, and keeps the focus where the checkout is", async () => {
    render(<AnySpend {...FIXED} />);
    fireEvent.click(button());
    await waitFor(() => expect(screen.getByRole("status").textContent).not.toBe(""));
    await shown();
    expect(document.activeElement?.contains(element())).toBe(true);
  });

  test("the next sale in the same component and tab has a session of its own: upstream shows the first one's", async () => {
    const { rerender } = render(<AnySpendCheckout {...CART} />);
    fireEvent.click(button());
    const first = await shown();
    rerender(<AnySpendCheckout {...CART} items={[{ ...CART.items[0]!, name: "Floor lamp" }]} />);
    expect(element()).toBeNull();
    fireEvent.click(button());
    const second = await shown();
    expect(second).not.toBe(first);
    rerender(<AnySpendCheckout {...CART} />);
    expect(await shown()).toBe(first);
    expect([sessionStorage.length, localStorage.length]).toEqual([0, 0]);
  });

  test("works with the app's query client and without one", async () => {
    const queries = new QueryClient();
    render(<QueryClientProvider client={queries}>{<AnySpend {...FIXED} />}</QueryClientProvider>);
    await priced();
    expect(queries.getQueryCache().getAll()).toHaveLength(1);
  });

  test("the deployment of `baseUrl` is used for all calls", async () => {
    configure({ baseUrl: "http://127.0.0.1:9" });
    render(<AnySpend {...FIXED} baseUrl={proxy.url} />);
    fireEvent.click(button());
    await shown();
    expect(element()!.getAttribute("base-url")).toBe(proxy.url);
  });
});

describe("an amount that is missing", () => {
  test("is typed by the buyer, and sent to the base unit", async () => {
    render(<AnySpend {...PAYMENT} />);
    const input = await screen.findByLabelText("Amount in USDC");
    fireEvent.change(input, { target: { value: "12.000001" } });
    fireEvent.click(button());
    await shown();
    expect(sentBody().payment.options[0].amount).toBe("12000001");
  });

  test("is refused if it has too many decimals, beside its input, and no session is created", async () => {
    const onError = vi.fn();
    render(<AnySpend {...PAYMENT} onError={onError} />);
    const input = await screen.findByLabelText("Amount in USDC");
    fireEvent.change(input, { target: { value: "0.0000001" } });
    fireEvent.click(button());
    await waitFor(() => expect(alert()).toContain("6 decimals"));
    expect(input.getAttribute("aria-invalid")).toBe("true");
    expect(document.getElementById(input.getAttribute("aria-describedby")!)!.textContent).toBe(alert());
    expect(creations()).toEqual([]);
    expect(onError).not.toHaveBeenCalled();
  });

  test("cannot be typed in a token that the deployment does not list", async () => {
    render(<AnySpend {...PAYMENT} destinationTokenAddress={RECIPIENT} />);
    fireEvent.change(screen.getByLabelText("Amount"), { target: { value: "1" } });
    fireEvent.click(button());
    await waitFor(() => expect(alert()).toContain("destinationTokenAmount"));
  });
});

describe("a session of the merchant's server", () => {
  test("is asked for when the button is pressed, once", async () => {
    const createSession = vi.fn(async () => createClient({ baseUrl: server.url }).createCheckoutSession());
    render(<AnySpend createSession={createSession} />);
    expect(createSession).not.toHaveBeenCalled();
    fireEvent.click(button());
    fireEvent.click(button());
    await shown();
    expect(createSession).toHaveBeenCalledTimes(1);
    expect(creations()).toEqual([]);
  });

  test("is shown at once by its id, under upstream's name too", async () => {
    render(<AnySpendCheckout checkoutSessionId={UNKNOWN_ID} />);
    expect(await shown()).toBe(UNKNOWN_ID);
    expect(screen.queryByRole("button")).toBeNull();
  });

  test("is needed where API keys are on, and the error says so", async () => {
    const withKeys = await startServer({ args: ["--api-keys"] });
    render(<AnySpend {...FIXED} baseUrl={withKeys.url} />);
    fireEvent.click(button());
    await waitFor(() => expect(alert()).toMatch(/API keys.*createSession/));
    await withKeys.stop();
  });
});

describe("the custom components", () => {
  const token = { address: BASE_USDC, chainId: BASE };
  const call = { ...{ dstChainId: BASE, dstToken: token, dstAmount: "5" }, recipientAddress: RECIPIENT };

  test("take plain payments", async () => {
    const header = vi.fn(() => <h2>Top up</h2>);
    render(<AnySpendCustom {...call} metadata={{ a: "1" }} header={header} />);
    expect(screen.getByRole("heading").textContent).toBe("Top up");
    fireEvent.click(button());
    await shown();
    expect(sentBody()).toMatchObject({ metadata: { a: "1" }, payment: { options: [{ amount: "5" }] } });
    cleanup();
    render(<AnySpendCustomExactIn recipientAddress={RECIPIENT} destinationToken={token} destinationChainId={BASE} />);
    fireEvent.change(await screen.findByLabelText("Amount in USDC"), { target: { value: "2" } });
    fireEvent.click(button());
    await shown();
    expect(sentBody(1).payment.options[0].amount).toBe("2000000");
  });
});

describe("a cart", () => {
  test("is shown with its image, lines and total before the buyer commits", async () => {
    render(<AnySpendCheckout {...CART} shipping="1000000" discount={{ amount: "500000", label: "Voucher" }} />);
    await screen.findByRole("button", { name: "Pay 20.49 USDC" });
    const lines = screen.getAllByRole("listitem").map(({ textContent }) => textContent);
    expect(lines).toEqual(["2 × Desk lamp19.99 USDC", "Shipping1 USDC", "Voucher−0.5 USDC", "Total20.49 USDC"]);
    expect(document.querySelector("img")?.getAttribute("src")).toBe("/lamp.png");
  });
});

describe("`onSuccess`", () => {
  const paid = { tx_hash: "0xab", amount: "19990000" };
  const complete = () => {
    const detail = { session: { status: "complete", order_id: "order", paid } };
    element()!.dispatchEvent(new CustomEvent("checkout-complete", { detail }));
  };
  const onSuccess = vi.fn();
  test.each<[ReactElement, unknown]>([
    [<AnySpend sessionId={UNKNOWN_ID} onSuccess={onSuccess} />, "0xab"],
    [<AnySpendCustom sessionId={UNKNOWN_ID} onSuccess={onSuccess} />, "0xab"],
    [<AnySpendCustomExactIn sessionId={UNKNOWN_ID} onSuccess={onSuccess} />, "19990000"],
    [<AnySpendCheckout sessionId={UNKNOWN_ID} onSuccess={onSuccess} />, { txHash: "0xab", orderId: "order" }],
  ])("is called once, with what upstream gives: %#", async (sale, expected) => {
    render(sale);
    await shown();
    expect(onSuccess).not.toHaveBeenCalled();
    complete();
    complete();
    expect(onSuccess.mock.calls).toEqual([[expected]]);
    onSuccess.mockClear();
  });
});
