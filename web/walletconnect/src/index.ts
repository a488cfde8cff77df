/** WalletConnect for the hosted page: a wallet on another device, as an EIP-1193 provider. */
import type { SessionTypes } from "@walletconnect/types";
import { clientOf, type Client, type Setup } from "./client.js";
import { codeOf, type Code } from "./code.js";
import { chainIsMissing, eip1193Error } from "./errors.js";
import { until } from "./until.js";

/** The time for which the relay may be silent before there is a code. The client itself would try for over a minute. */
const RELAY_MILLIS = 20_000;

export interface Provider {
  request(call: { method: string; params?: unknown[] }): Promise<unknown>;
}

export interface Options extends Setup {
  /** The id of the chain to pay on. */
  chain: number;
  /** Shows the code that the wallet scans. Not called if a wallet is connected already. */
  showUri(code: Code): void;
  /** Ends the attempt. A wallet that approves it later is disconnected. */
  signal: AbortSignal;
}

/**
 * Connects a wallet for one payment. Rejects with the codes of EIP-1193, with `expired` if no wallet has read the code
 * within five minutes, and with the signal's reason.
 */
export async function connect(options: Options): Promise<Provider> {
  const chainId = `eip155:${options.chain}`;
  const client = await clientOf(options);
  const known = client.session.getAll().find((it) => accountOf(it, chainId));
  const session = known ?? (await newSession(client, chainId, options).catch(eip1193Error));
  const account = accountOf(session, chainId);
  if (account) return providerOf(client, { topic: session.topic, account, chainId });
  void disconnect(client, session.topic);
  throw chainIsMissing();
}

async function newSession(client: Client, chainId: string, { showUri, signal }: Options): Promise<SessionTypes.Struct> {
  const eip155 = { chains: [chainId], methods: ["eth_sendTransaction"], events: ["accountsChanged", "chainChanged"] };
  // Not `requiredNamespaces`: the client sends these as optional too.
  const proposed = client.connect({ optionalNamespaces: { eip155 } });
  const { uri, approval } = await until(until(proposed, AbortSignal.timeout(RELAY_MILLIS)), signal);
  const approved = approval();
  try {
    if (uri) showUri(codeOf(uri));
    return await until(approved, signal);
  } catch (error) {
    approved.then(({ topic }) => disconnect(client, topic)).catch(() => {});
    throw error;
  }
}

/** The account that a wallet pays from on a chain; undefined if it did not approve that chain. */
function accountOf({ namespaces }: SessionTypes.Struct, chainId: string): string | undefined {
  const accounts = namespaces["eip155"]?.accounts ?? [];
  return accounts.find((it) => it.startsWith(`${chainId}:`))?.slice(chainId.length + 1);
}

interface Connection {
  topic: string;
  account: string;
  /** The chain, as CAIP-2 writes it. */
  chainId: string;
}

function providerOf(client: Client, { topic, account, chainId }: Connection): Provider {
  const request: Provider["request"] = async ({ method, params }) => {
    if (method === "eth_requestAccounts") return [account];
    if (method === "eth_chainId") return `0x${Number(chainId.split(":")[1]).toString(16)}`;
    const gone = new AbortController();
    const onDelete = (ended: { topic: string }) => ended.topic === topic && gone.abort();
    client.on("session_delete", onDelete);
    try {
      return await until(client.request({ topic, chainId, request: { method, params } }), gone.signal);
    } finally {
      client.off("session_delete", onDelete);
    }
  };
  return {
    async request(call) {
      const answer = await request(call).catch(eip1193Error);
      // The page pays once, and a page that is closed could not end the session.
      if (call.method === "eth_sendTransaction") void disconnect(client, topic);
      return answer;
    },
  };
}

/** Ends a session. The wallet forgets it by itself if it does not hear of that. */
async function disconnect(client: Client, topic: string): Promise<void> {
  const reason = { code: 6000, message: "User disconnected." };
  await client.disconnect({ topic, reason }).catch(() => {});
}
