/** `checkout-sdk/testing`: a checkout, a chain and a wallet for the tests of a shop. For Node. */
export { startChain, type Chain, type ChainOptions, type Token, type Transaction } from "./chain.js";
export { fixtures, fixturesWithoutChain, type TestFixtures, type WorkerFixtures } from "./fixtures.js";
export { RpcError, type RpcCall } from "./rpc.js";
export { ACTIONS, startServer, type Action, type CheckoutServer, type ServerOptions } from "./server.js";
export {
  injectWallet,
  type TestWallet,
  type WalletChain,
  type WalletOptions,
  type WalletReply,
  type WalletTarget,
} from "./wallet.js";
