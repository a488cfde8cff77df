/** WalletConnect: a wallet on another device, through a module that the operator hosts and the buyer's click loads. The
 * module and its address are in no page of a deployment that has not set it up. */
import {
  BuyersError,
  REJECTED,
  UNKNOWN_CHAIN,
  type Facts,
  type Payment,
  type Provider,
  type View,
  type Wallet,
  type WalletConnect,
} from "../src/checkout-view/index.js";

interface Code {
  uri: string;
  /** The dark modules, as the `d` of an SVG path. */
  path: string;
  /** The side of the code with its quiet zone. */
  size: number;
}

/** The module, `web/walletconnect`. */
interface Module {
  connect(options: {
    projectId: string;
    relayUrl: string;
    chain: number;
    page: { name: string; url: string };
    showUri(code: Code): void;
    signal: AbortSignal;
  }): Promise<Provider>;
}

/** WalletConnect, where the operator offers it. */
export function otherWallets(view: View, facts: Facts, payment: Payment, content: AbortSignal): Wallet[] {
  const setup = facts.wallet_connect;
  if (!setup) return [];
  return [{ name: "WalletConnect", icon: "", connect: () => connect(view, setup, payment, content) }];
}

async function connect(view: View, setup: WalletConnect, { chain }: Payment, content: AbortSignal): Promise<Provider> {
  const { texts } = view;
  const box = openBox(view);
  const { signal } = box;
  content.addEventListener("abort", box.cancel);
  const provider = async () => {
    const { connect } = (await import(setup.script)) as Module;
    signal.throwIfAborted();
    // Not the page's address, which opens the checkout to whoever has it.
    const page = { name: document.title, url: location.origin };
    return connect({ projectId: setup.project_id, relayUrl: setup.relay, chain, page, showUri: box.show, signal });
  };
  try {
    return await Promise.race([provider(), aborted(signal)]);
  } catch (error) {
    if (signal.aborted) throw new BuyersError("");
    const code = (error as { code?: unknown } | null)?.code;
    if (code === REJECTED || code === UNKNOWN_CHAIN) throw error;
    throw new BuyersError(code === "expired" ? texts.code_expired : texts.not_connected);
  } finally {
    box.close();
  }
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
}

/** The place below the wallets' buttons where the code appears, with a button that ends the attempt. */
function openBox({ root, texts, say }: View) {
  const attempt = new AbortController();
  const end = () => attempt.abort();
  const line = document.createElement("p");
  line.textContent = texts.connecting;
  const cancel = document.createElement("button");
  cancel.type = "button";
  cancel.textContent = texts.cancel;
  cancel.addEventListener("click", end);
  const buttons = document.createElement("p");
  buttons.append(cancel);
  const box = document.createElement("div");
  box.id = "wallet-connect";
  box.append(line, buttons);
  root.getElementById("wallets")?.after(box);
  cancel.focus({ preventScroll: true });
  say(texts.connecting);
  return {
    signal: attempt.signal,
    cancel: end,
    show(code: Code) {
      line.textContent = texts.scan;
      say(texts.scan);
      buttons.before(drawn(code, texts.code));
      buttons.prepend(link(code, texts.open_app), " ");
      box.scrollIntoView({ block: "nearest" });
    },
    close: () => box.remove(),
  };
}

/** The code on a white square with its quiet zone, also in dark mode, since scanners need dark on light. */
function drawn({ path, size }: Code, label: string): SVGElement {
  const side = String(size);
  const picture = svg("svg", { class: "qr", role: "img", "aria-label": label, viewBox: `0 0 ${side} ${side}` });
  picture.setAttribute("shape-rendering", "crispEdges");
  picture.append(svg("rect", { width: side, height: side, fill: "#fff" }), svg("path", { fill: "#000", d: path }));
  return picture;
}

function svg(name: string, attributes: Record<string, string>): SVGElement {
  const element = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  return element;
}

/** For a wallet on the device that shows the page. */
function link({ uri }: Code, text: string): HTMLElement {
  const element = document.createElement("a");
  element.className = "button";
  element.href = uri;
  element.textContent = text;
  return element;
}
