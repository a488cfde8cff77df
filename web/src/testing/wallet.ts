/** A browser wallet that announces itself by EIP-6963. It answers outside of the page, so a page's content security policy
 * need not allow it anything, and a test reads its calls and declines them. */
import { randomUUID } from "node:crypto";
import { announceWallet } from "./announcement.js";
import { callNode, RpcError, type RpcCall } from "./rpc.js";

/** A chain that the wallet can reach: `Chain` is one. */
export type WalletChain = { chainId: number } & (
  { url: string } | { request: (method: string, params: unknown[]) => unknown }
);

export interface WalletOptions {
  /** The chains that calls are forwarded to. */
  chains: WalletChain[];
  /** The buyer's account. The first that the first chain has, unless given. */
  account?: string;
  /** The chain that the wallet is on at first. That of the first chain, unless given; it need not be one of `chains`. */
  chainId?: number;
  /** Those of the chains that have to be added before the wallet can switch to them. */
  unknownChains?: number[];
  /** "Test Wallet" unless given. */
  name?: string;
  /** The methods that the buyer declines. */
  rejects?: string[];
}

export interface TestWallet {
  readonly name: string;
  readonly account: string;
  /** Each call so far, oldest first. */
  readonly calls: RpcCall[];
  /** The methods that the buyer declines (4001). May be changed at any time. */
  readonly rejects: Set<string>;
  /** The chain that the wallet is on. */
  readonly chainId: number;
}

/** A page or a browser context of Playwright's. */
export interface WalletTarget {
  exposeFunction(name: string, callback: (call: RpcCall) => Promise<WalletReply>): Promise<unknown>;
  addInitScript(script: { content: string }): Promise<unknown>;
}

/** An answer on its way to the page. An error's code would be lost if it were thrown. */
export type WalletReply = { result: unknown } | { error: { code: number; message: string; data?: unknown } };

/** Codes of EIP-1193, of `wallet_switchEthereumChain`, and of JSON-RPC. */
const [REJECTED, UNAUTHORIZED, NOT_ON_CHAIN, UNKNOWN_CHAIN, INVALID, INTERNAL] = [
  4001, 4100, 4901, 4902, -32602, -32603,
];

/** Puts a wallet into a page, or into all pages of a context. Pages that are open already get it when they are reloaded. */
export async function injectWallet(target: WalletTarget, options: WalletOptions): Promise<TestWallet> {
  const [first] = options.chains;
  if (!first) throw new Error("A wallet needs a chain");
  const account = options.account ?? ((await forward(first, "eth_accounts", [])) as string[])[0];
  if (!account) throw new Error("The chain has no account; give one");
  const wallet = new Wallet(account, first.chainId, options);
  const uuid = randomUUID();
  const binding = `wallet_${uuid.replaceAll("-", "")}`;
  await target.exposeFunction(binding, (call) => wallet.reply(call));
  const argument = JSON.stringify({ binding, uuid, name: wallet.name });
  await target.addInitScript({ content: `(${announceWallet})(${argument})` });
  return wallet;
}

function forward(chain: WalletChain, method: string, params: unknown[]): unknown {
  return "request" in chain ? chain.request(method, params) : callNode(chain.url, method, params);
}

const idOf = (params: unknown[]) => Number((params[0] as { chainId?: unknown } | undefined)?.chainId);

class Wallet implements TestWallet {
  readonly name: string;
  readonly calls: RpcCall[] = [];
  readonly rejects: Set<string>;
  chainId: number;
  #chains: Map<number, WalletChain>;
  #known: Set<number>;
  #isConnected = false;

  constructor(
    readonly account: string,
    firstChainId: number,
    { chains, chainId = firstChainId, unknownChains = [], name = "Test Wallet", rejects = [] }: WalletOptions,
  ) {
    this.name = name;
    this.rejects = new Set(rejects);
    this.chainId = chainId;
    this.#chains = new Map(chains.map((chain) => [chain.chainId, chain]));
    this.#known = new Set(chains.map((chain) => chain.chainId).filter((id) => !unknownChains.includes(id)));
  }

  async reply(call: RpcCall): Promise<WalletReply> {
    this.calls.push(call);
    try {
      return { result: await this.#answer(call) };
    } catch (error) {
      const { code = INTERNAL, message, data } = error as Partial<RpcError> & Error;
      return { error: { code, message, data } };
    }
  }

  #answer({ method, params }: RpcCall): unknown {
    if (this.rejects.has(method)) throw new RpcError(REJECTED, "The buyer declined");
    switch (method) {
      case "eth_requestAccounts":
        this.#isConnected = true;
        return [this.account];
      case "eth_accounts":
        return this.#isConnected ? [this.account] : [];
      case "eth_chainId":
        return `0x${this.chainId.toString(16)}`;
      case "wallet_addEthereumChain":
        this.#known.add(idOf(params));
        return this.#switchTo(idOf(params));
      case "wallet_switchEthereumChain":
        return this.#switchTo(idOf(params));
      case "eth_sendTransaction":
        this.#check(params[0] as { from?: string; chainId?: string });
    }
    const chain = this.#chains.get(this.chainId);
    if (!chain) throw new RpcError(NOT_ON_CHAIN, `This wallet has no node of chain ${this.chainId}`);
    return forward(chain, method, params);
  }

  #switchTo(chainId: number): null {
    if (!this.#known.has(chainId)) throw new RpcError(UNKNOWN_CHAIN, `This wallet does not know chain ${chainId}`);
    this.chainId = chainId;
    return null;
  }

  /** Refuses transactions that a wallet would not offer its user. */
  #check({ from, chainId }: { from?: string; chainId?: string }): void {
    const isOwn = this.#isConnected && from?.toLowerCase() === this.account.toLowerCase();
    if (!isOwn) throw new RpcError(UNAUTHORIZED, `The page may not use the account ${from}`);
    if (chainId === undefined || Number(chainId) === this.chainId) return;
    throw new RpcError(INVALID, `The transaction is for chain ${Number(chainId)}, the wallet on ${this.chainId}`);
  }
}
