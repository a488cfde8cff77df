/** Wallets in the browser, found by EIP-6963, and a payment with one click. */
import { fill, reveal, say, type PaymentOption, type Texts } from "./data.js";

interface Provider {
  request(call: { method: string; params?: unknown[] }): Promise<unknown>;
}

interface Wallet {
  info: { uuid: string; name: string; icon: string };
  provider: Provider;
}

/** The codes of EIP-1193 and of MetaMask's `wallet_switchEthereumChain`. */
const REJECTED = 4001;
const UNKNOWN_CHAIN = 4902;
const NATIVE_TOKEN = "0x0000000000000000000000000000000000000000";

const found = new Map<string, Wallet>();

/** A payment of an option, to the deposit address. */
export interface Payment extends PaymentOption {
  to: string;
}

/** Listens for wallets, and asks for them. */
export function discover(onFound: () => void): void {
  window.addEventListener("eip6963:announceProvider", (event) => {
    const wallet = (event as CustomEvent<Wallet>).detail;
    if (!wallet?.info?.uuid || found.has(wallet.info.uuid)) return;
    found.set(wallet.info.uuid, wallet);
    onFound();
  });
  window.dispatchEvent(new Event("eip6963:requestProvider"));
}

/** Shows a button for each wallet. */
export function offerWallets(payment: Payment, texts: Texts, onSent: (hash: string) => void): void {
  if (found.size === 0) return;
  const box = reveal("wallets");
  box?.replaceChildren(...[...found.values()].map((wallet) => button(wallet, payment, texts, onSent)));
}

function button(wallet: Wallet, payment: Payment, texts: Texts, onSent: (hash: string) => void): HTMLElement {
  const element = document.createElement("button");
  element.type = "button";
  // Other images would tell their servers of this payment.
  if (/^data:image\//.test(wallet.info.icon)) {
    const icon = document.createElement("img");
    icon.src = wallet.info.icon;
    icon.alt = "";
    icon.width = icon.height = 24;
    element.append(icon, " ");
  }
  element.append(fill(texts.wallet, { wallet: wallet.info.name }));
  element.addEventListener("click", () => {
    element.disabled = true;
    say(texts.confirm);
    pay(wallet.provider, payment)
      .then((hash) => {
        say(texts.sent);
        onSent(hash);
      })
      .catch((error: unknown) => {
        element.disabled = false;
        say(fill(reason(error, texts), { network: payment.network }));
      });
  });
  return element;
}

function reason(error: unknown, texts: Texts): string {
  const code = (error as { code?: unknown } | null)?.code;
  if (code === REJECTED) return texts.rejected;
  return code === UNKNOWN_CHAIN ? texts.network : texts.failed;
}

async function pay(provider: Provider, payment: Payment): Promise<string> {
  const request = provider.request.bind(provider);
  const accounts = (await request({ method: "eth_requestAccounts" })) as string[];
  const chainId = `0x${payment.chain.toString(16)}`;
  if (BigInt((await request({ method: "eth_chainId" })) as string) !== BigInt(payment.chain)) {
    await request({ method: "wallet_switchEthereumChain", params: [{ chainId }] });
  }
  const transaction = { from: accounts[0], chainId, ...transfer(payment) };
  return (await request({ method: "eth_sendTransaction", params: [transaction] })) as string;
}

/** The transaction's target, value and data: a transfer, or a call of the token's `transfer(address,uint256)`. */
function transfer({ to, token_address: token, due }: Payment): { to: string; value: string; data?: string } {
  const amount = BigInt(due).toString(16);
  if (token === NATIVE_TOKEN) return { to, value: `0x${amount}` };
  const word = (hex: string) => hex.padStart(64, "0");
  return { to: token, value: "0x0", data: `0xa9059cbb${word(to.slice(2).toLowerCase())}${word(amount)}` };
}
