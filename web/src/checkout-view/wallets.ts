/** Wallets, those in the browser found by EIP-6963, and a payment with one click. */
import { fill, type PaymentOption, type Texts } from "./facts.js";
import { reveal, type View } from "./view.js";

/** A wallet, as EIP-1193 has it. */
export interface Provider {
  request(call: { method: string; params?: unknown[] }): Promise<unknown>;
}

/** A wallet as it announces itself. */
interface Announced {
  info: { uuid: string; name: string; icon: string };
  provider: Provider;
}

/** A way to a wallet. */
export interface Wallet {
  name: string;
  icon: string;
  /** Called when the buyer has chosen this wallet. */
  connect(): Promise<Provider>;
}

/** An error whose message is for the buyer. */
export class BuyersError extends Error {}

/** The codes of EIP-1193 and of MetaMask's `wallet_switchEthereumChain`. */
export const REJECTED = 4001;
export const UNKNOWN_CHAIN = 4902;
const NATIVE_TOKEN = "0x0000000000000000000000000000000000000000";

/** A payment of an option, to the deposit address. */
export interface Payment extends PaymentOption {
  to: string;
}

/** Asks for wallets, and puts those that announce themselves into `found`, by their ids. */
export function discover(found: Map<string, Wallet>, onFound: (wallet: Wallet) => void, signal?: AbortSignal): void {
  const add = (event: Event) => {
    const { info, provider } = (event as CustomEvent<Announced | null>).detail ?? {};
    if (!info?.uuid || !provider || found.has(info.uuid)) return;
    const wallet = { name: info.name, icon: info.icon, connect: async () => provider };
    found.set(info.uuid, wallet);
    onFound(wallet);
  };
  window.addEventListener("eip6963:announceProvider", add, { signal });
  window.dispatchEvent(new Event("eip6963:requestProvider"));
}

export interface WalletOffer {
  wallets: Iterable<Wallet>;
  payment: Payment;
  onSent: (hash: string) => void;
}

/** Shows a button for each wallet, before those that are there. */
export function offerWallets(view: View, { wallets, payment, onSent }: WalletOffer): void {
  const buttons = Array.from(wallets, (wallet) => button(view, wallet, payment, onSent));
  if (buttons.length > 0) reveal(view, "wallets")?.prepend(...buttons);
}

function button({ texts, say }: View, wallet: Wallet, payment: Payment, onSent: WalletOffer["onSent"]): HTMLElement {
  const element = document.createElement("button");
  element.type = "button";
  // Other images would tell their servers of this payment.
  if (/^data:image\//.test(wallet.icon)) {
    const icon = document.createElement("img");
    icon.src = wallet.icon;
    icon.alt = "";
    icon.width = icon.height = 24;
    element.append(icon, " ");
  }
  element.append(fill(texts.wallet, { wallet: wallet.name }));
  element.addEventListener("click", async () => {
    element.disabled = true;
    try {
      const provider = await wallet.connect();
      say(texts.confirm);
      const hash = await pay(provider, payment);
      say(texts.sent);
      onSent(hash);
    } catch (error) {
      element.disabled = false;
      // The focus was on this button, or on something that is gone.
      if (document.activeElement === document.body) element.focus({ preventScroll: true });
      say(fill(reason(error, texts), { network: payment.network }));
    }
  });
  return element;
}

const codeOf = (error: unknown) => (error as { code?: unknown } | null)?.code;

function reason(error: unknown, texts: Texts): string {
  if (error instanceof BuyersError) return error.message;
  if (codeOf(error) === REJECTED) return texts.rejected;
  return codeOf(error) === UNKNOWN_CHAIN ? texts.network : texts.failed;
}

type Request = Provider["request"];

/** Has the wallet switch to a network, and add it first if the wallet does not know it and the operator names a node. */
async function switchTo(request: Request, chainId: string, network: object | null): Promise<void> {
  const switching = { method: "wallet_switchEthereumChain", params: [{ chainId }] };
  try {
    await request(switching);
  } catch (error) {
    if (codeOf(error) !== UNKNOWN_CHAIN || !network) throw error;
    await request({ method: "wallet_addEthereumChain", params: [network] });
    // Adding a network need not switch to it.
    await request(switching);
  }
}

async function pay(provider: Provider, payment: Payment): Promise<string> {
  const request = provider.request.bind(provider);
  const accounts = (await request({ method: "eth_requestAccounts" })) as string[];
  const chainId = `0x${payment.chain.toString(16)}`;
  if (BigInt((await request({ method: "eth_chainId" })) as string) !== BigInt(payment.chain)) {
    await switchTo(request, chainId, payment.add_network);
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
