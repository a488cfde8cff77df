/** Fixtures for Playwright's test runner, which is not imported: they are plain objects for `test.extend`. */
import { randomBytes } from "node:crypto";
import { startChain, type Chain } from "./chain.js";
import { startServer, type CheckoutServer } from "./server.js";
import { injectWallet, type TestWallet, type WalletTarget } from "./wallet.js";

type Use<Value> = (value: Value) => Promise<void>;
type Fixture<Needs, Value> = (needs: Needs, use: Use<Value>) => Promise<void>;
type WorkerFixture<Needs, Value> = [Fixture<Needs, Value>, { scope: "worker" }];

export interface WorkerFixtures {
  /** A chain with a token, and a block each second. */
  chain: Chain;
  /** A local server that watches the chain. */
  checkout: CheckoutServer;
}

export interface TestFixtures {
  /** A wallet in each page of the context, with an account of its own that has ether and 1000 of the token. */
  wallet: TestWallet;
}

const ETHER = 10n ** 18n;

const isolated = async (chain: Chain): Promise<string> => {
  const account = `0x${randomBytes(20).toString("hex")}`;
  await chain.fund(account, 10n * ETHER);
  for (const { address, decimals } of chain.tokens) await chain.fund(account, 1000n * 10n ** BigInt(decimals), address);
  return account;
};

/** A server, a chain that it watches, and a wallet. Each is started if a test asks for it. */
export const fixtures: {
  chain: WorkerFixture<object, Chain>;
  checkout: WorkerFixture<{ chain: Chain }, CheckoutServer>;
  wallet: Fixture<{ context: WalletTarget; chain: Chain }, TestWallet>;
} = {
  chain: [
    async ({}, use) => {
      const chain = await startChain({ blockSeconds: 1 });
      await chain.deployToken();
      await use(chain);
      await chain.stop();
    },
    { scope: "worker" },
  ],
  checkout: [
    async ({ chain }, use) => {
      const server = await startServer({ chains: [chain] });
      await use(server);
      await server.stop();
    },
    { scope: "worker" },
  ],
  wallet: async ({ context, chain }, use) => {
    await use(await injectWallet(context, { chains: [chain], account: await isolated(chain) }));
  },
};

/** A server alone, for tests that pay by the test panel and need no anvil. */
export const fixturesWithoutChain: { checkout: WorkerFixture<object, CheckoutServer> } = {
  checkout: [
    async ({}, use) => {
      const server = await startServer();
      await use(server);
      await server.stop();
    },
    { scope: "worker" },
  ],
};
