/** A development chain: Foundry's anvil, with the forwarders' factory on it. */
import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { isNative, NATIVE_TOKEN } from "../core/payment-uri.js";
import { startProgram } from "./program.js";
import { callNode } from "./rpc.js";

export interface ChainOptions {
  /** Path of anvil. Without it `ANVIL`, or else `anvil` as the shell finds it. */
  program?: string;
  /** 31337 unless given. */
  chainId?: number;
  /** Makes a block after so many seconds, beside the one for each transaction. Without it only `mine` does. */
  blockSeconds?: number;
  /** More arguments of anvil. */
  args?: string[];
}

/** A token as the chains document describes it. */
export interface Token {
  address: string;
  symbol: string;
  name: string;
  decimals: number;
}

export interface Transaction {
  from?: string;
  to?: string;
  /** Native money, in base units. */
  value?: bigint;
  data?: string;
}

export interface Chain {
  url: string;
  chainId: number;
  /** Accounts that hold native money. Any other account can send too: no key is needed. */
  accounts: string[];
  /** The tokens that `deployToken` made. */
  tokens: Token[];
  /** Calls the node. */
  request(method: string, params?: unknown[]): Promise<unknown>;
  /** Sends a transaction, from the first account unless told, and waits for its block. Returns its hash. */
  send(transaction: Transaction): Promise<string>;
  /** Deploys an ERC-20 token that anybody can mint; with 6 decimals unless told. */
  deployToken(decimals?: number): Promise<Token>;
  /** Gives an account base units of a token, or of native money without any transaction. */
  fund(account: string, amount: bigint, token?: string): Promise<void>;
  /** Sends base units of a token, or native money, as a buyer does by hand. Returns the transaction's hash. */
  transfer(from: string, to: string, amount: bigint, token?: string): Promise<string>;
  /** The base units of a token, or of native money, that an account has. */
  balance(account: string, token?: string): Promise<bigint>;
  /** Makes blocks; one unless told. */
  mine(blocks?: number): Promise<void>;
  /** Replaces the last blocks by empty ones. */
  reorganise(depth: number): Promise<void>;
  /** Moves the chain's clock forward, in seconds. */
  advanceClock(seconds: number): Promise<void>;
  stop(): Promise<void>;
}

interface Contracts {
  factory: { deployer: string; salt: string; creationCode: string };
  token: { creationCode: string };
}

interface Receipt {
  status: string;
  contractAddress: string;
}

const REMEDY = "Install it with `npm install --save-dev @foundry-rs/anvil`, or set ANVIL to the path of another one.";
const SELECTORS = { transfer: "a9059cbb", balanceOf: "70a08231", mint: "40c10f19" };
const RECEIPT_MILLIS = 20_000;

const hex = (value: bigint | number) => `0x${value.toString(16)}`;
const word = (value: bigint | number | string) =>
  (typeof value === "string" ? value.slice(2).toLowerCase() : value.toString(16)).padStart(64, "0");
const call = (name: keyof typeof SELECTORS, ...values: (bigint | string)[]) =>
  `0x${SELECTORS[name]}${values.map(word).join("")}`;

/**
 * Starts a chain on a free port. Orders on it can be swept at once.
 *
 * @throws If there is no anvil; the message says how to get one.
 */
export async function startChain({
  program,
  chainId = 31337,
  blockSeconds,
  args = [],
}: ChainOptions = {}): Promise<Chain> {
  const interval = blockSeconds ? ["--block-time", String(blockSeconds), "--mixed-mining"] : [];
  const { announced, stop } = await startProgram({
    program: program ?? process.env.ANVIL ?? "anvil",
    args: ["--port", "0", "--chain-id", String(chainId), "--auto-impersonate", ...interval, ...args],
    announcement: /Listening on (\S+:\d+)/,
    remedy: REMEDY,
  });
  const url = `http://${announced}`;
  try {
    const accounts = (await callNode(url, "eth_accounts")) as string[];
    const chain = chainAt(url, chainId, accounts, stop);
    const { deployer, salt, creationCode } = contracts().factory;
    await chain.send({ to: deployer, data: salt + creationCode.slice(2) });
    return chain;
  } catch (error) {
    await stop();
    throw error;
  }
}

/** The contracts that `build.mjs` packs. */
function contracts(): Contracts {
  return JSON.parse(readFileSync(new URL("contracts.json", import.meta.url), "utf8")) as Contracts;
}

function chainAt(url: string, chainId: number, accounts: string[], stop: () => Promise<void>): Chain {
  const request = (method: string, params?: unknown[]) => callNode(url, method, params);
  const deliver = async ({ value = 0n, ...transaction }: Transaction) => {
    const hash = await request("eth_sendTransaction", [{ from: accounts[0], ...transaction, value: hex(value) }]);
    return { hash: hash as string, receipt: await receiptOf(url, hash as string) };
  };
  const send = async (transaction: Transaction) => (await deliver(transaction)).hash;
  const balance = async (account: string, token = NATIVE_TOKEN) => {
    const answer = isNative(token)
      ? request("eth_getBalance", [account, "latest"])
      : request("eth_call", [{ to: token, data: call("balanceOf", account) }, "latest"]);
    return BigInt((await answer) as string);
  };
  const tokens: Token[] = [];
  return {
    ...{ url, chainId, accounts, tokens, request, send, balance, stop },
    deployToken: async (decimals = 6) => {
      const { receipt } = await deliver({ data: contracts().token.creationCode + word(decimals) });
      const token = { address: receipt.contractAddress, symbol: "TEST", name: "Test Token", decimals };
      tokens.push(token);
      return token;
    },
    fund: async (account, amount, token = NATIVE_TOKEN) => {
      if (!isNative(token)) return void (await send({ to: token, data: call("mint", account, amount) }));
      await request("anvil_setBalance", [account, hex((await balance(account)) + amount)]);
    },
    transfer: (from, to, amount, token = NATIVE_TOKEN) =>
      send(isNative(token) ? { from, to, value: amount } : { from, to: token, data: call("transfer", to, amount) }),
    mine: async (blocks = 1) => void (await request("anvil_mine", [hex(blocks)])),
    reorganise: async (depth) => void (await request("anvil_reorg", [depth, []])),
    advanceClock: async (seconds) => {
      await request("evm_increaseTime", [seconds]);
      await request("anvil_mine", ["0x1"]);
    },
  };
}

async function receiptOf(url: string, hash: string): Promise<Receipt> {
  const end = Date.now() + RECEIPT_MILLIS;
  for (;;) {
    const receipt = (await callNode(url, "eth_getTransactionReceipt", [hash])) as Receipt | null;
    if (receipt?.status === "0x1") return receipt;
    if (receipt) throw new Error(`The transaction ${hash} failed`);
    if (Date.now() > end) throw new Error(`No block has the transaction ${hash}`);
    await sleep(10);
  }
}
