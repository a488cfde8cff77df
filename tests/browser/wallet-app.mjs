/** A wallet on another device: the vendor's own client, in the version of the module, plays it. */
import { createRequire } from "node:module";

const require = createRequire(new URL("../../web/walletconnect/package.json", import.meta.url));
const { SignClient } = require("@walletconnect/sign-client");

export const ACCOUNT = "0x58241893ef1f86c9fbd8109cd44ea961fdb474e1";

/** The namespaces of a wallet with an account on one chain. */
export const onChain = (chain) => ({
  eip155: {
    chains: [`eip155:${chain}`],
    accounts: [`eip155:${chain}:${ACCOUNT}`],
    methods: ["eth_sendTransaction"],
    events: ["accountsChanged", "chainChanged"],
  },
});

/** The time after which an event counts as missing. */
const PATIENCE_MILLIS = 20_000;

let wallets = 0;

export async function startWallet(relayUrl) {
  wallets += 1;
  const client = await SignClient.init({
    projectId: "0".repeat(32),
    relayUrl,
    metadata: { name: "Test wallet", description: "", url: "https://wallet.example", icons: [] },
    telemetryEnabled: false,
    logger: "silent",
    // One test that fails would keep the requests of the next from the wallet.
    signConfig: { disableRequestQueue: true },
    // Clients of one process share their state otherwise.
    customStoragePrefix: `wallet-${wallets}`,
  });
  /** The next event of a kind. */
  const next = (event) =>
    new Promise((done, fail) => {
      const timer = setTimeout(() => fail(new Error(`the wallet saw no ${event}`)), PATIENCE_MILLIS);
      client.once(event, (details) => {
        clearTimeout(timer);
        done(details);
      });
    });
  return {
    client,
    next,
    /** Scans a code. Returns the proposal that it leads to. */
    async scan(uri) {
      const proposed = next("session_proposal");
      await client.pair({ uri });
      return proposed;
    },
    answer: ({ id, topic }, outcome) => client.respond({ topic, response: { id, jsonrpc: "2.0", ...outcome } }),
    async stop() {
      await client.core.relayer.transportClose();
      client.core.heartbeat.stop();
    },
  };
}
